/* problem.c: what the gateway answers when it cannot do what was asked. */
#include "producers/gateway/problem.h"

#include "producers/gateway/json_out.h"

struct row {
	int status;
	const char *name, *zh, *en, *cure;
};

static const struct row ROWS[PROBLEM_COUNT] = {
	{200, "none", "", "", ""},
#define PROBLEM(id, status, name, zh, en, cure) {status, name, zh, en, cure},
#include "producers/gateway/problems.def"
#undef PROBLEM
};

int problem_status(enum problem_kind kind)
{
	return ROWS[kind].status;
}

const char *problem_name(enum problem_kind kind)
{
	return ROWS[kind].name;
}

void problem_head(struct buf *out, enum problem_kind kind)
{
	const struct row *row = &ROWS[kind];

	json_out_name(out, "type");
	buf_add(out, SPAN("\"urn:govbus:problem:"));
	buf_add_text(out, row->name);
	buf_add_byte(out, '"');
	json_out_member_text(out, "title", row->en);
	json_out_member_text(out, "title_zh", row->zh);
	json_out_member_number(out, "status", row->status);
}

void problem_members(struct buf *out, enum problem_kind kind, const struct problem *where)
{
	problem_head(out, kind);
	json_out_member_text(out, "cure", ROWS[kind].cure);
	if (where && where->reason[0]) {
		json_out_member_text(out, "detail", where->reason);
	}
	if (where && where->field[0]) {
		json_out_member_text(out, "field", where->field);
	}
}

void problem_object(struct buf *out, enum problem_kind kind, const struct problem *where)
{
	json_out_open(out, '{');
	problem_members(out, kind, where);
	json_out_close(out, '}');
}

enum problem_kind problem_of_err(enum err err)
{
	switch (err) {
	case ERR_MALFORMED:
		return PROBLEM_MALFORMED;
	case ERR_INVALID:
		return PROBLEM_INVALID;
	case ERR_UNKNOWN:
		return PROBLEM_UNKNOWN_TYPE;
	case ERR_TOO_BIG:
		return PROBLEM_TOO_BIG;
	case ERR_DENIED:
		return PROBLEM_FORBIDDEN;
	case ERR_KAFKA_AWAY:
		return PROBLEM_AWAY;
	case ERR_STORE_FULL:
		return PROBLEM_FULL;
	default:
		return PROBLEM_FAILED;
	}
}
