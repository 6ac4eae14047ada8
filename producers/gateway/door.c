/* door.c: what every way in does with an action: right, schema, lint, digest, stamps, seals, bytes; in this order. */
#include "producers/gateway/door.h"

#include <stdio.h>

#include "common/limits.h"
#include "common/secrets.h"
#include "producers/gateway/door_places.h"
#include "schemas/lint.h"
#include "schemas/member.h"
#include "schemas/seal.h"

enum err door_open(struct door *door, const char *home)
{
	enum err err = secrets_load(home, "digest", door->digest_key);

	err = err ? err : secrets_load(home, "receipt", door->receipt_key);
	return err ? err : secrets_load(home, "subject", door->subject_key);
}

enum problem_kind door_mode_check(enum door_mode mode, const struct token *token)
{
	switch (mode) {
	case DOOR_STARTING:
		return PROBLEM_STARTING;
	case DOOR_GOING_LIVE:
		return PROBLEM_GOING_LIVE;
	case DOOR_HISTORY:
		return token->rights & TOKEN_HISTORY ? PROBLEM_NONE : PROBLEM_HISTORY;
	default:
		return PROBLEM_NONE;
	}
}

static enum err refuse(struct door_pass *pass, enum problem_kind kind, enum err err)
{
	pass->kind = kind;
	return err;
}

static bool text_clean(struct span text,
		       const char *prefix,
		       const char *name,
		       struct problem *ret_problem)
{
	const char *what = lint_text(text);

	if (!what) {
		return true;
	}
	(void)snprintf(ret_problem->field, sizeof ret_problem->field, "%s%s", prefix, name);
	(void)snprintf(ret_problem->reason, sizeof ret_problem->reason,
		       "looks like %s: put it into a sealed member or leave it out", what);
	return false;
}

static bool is_hex(struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (!strchr("0123456789abcdef", text.p[i]) || !text.p[i]) {
			return false;
		}
	}
	return true;
}

static bool is_zero(struct span text)
{
	return text.n && text.p[0] == '0' && memcmp(text.p, text.p + 1, text.n - 1) == 0;
}

bool door_trace_formed(struct span text)
{
	struct span version = span_first(text, 2);
	struct span trace, parent;

	/* Later versions may go on after a dash. */
	if (text.n < 55 || text.p[2] != '-' || text.p[35] != '-' || text.p[52] != '-' ||
	    (text.n > 55 && (span_eq(version, SPAN("00")) || text.p[55] != '-'))) {
		return false;
	}
	trace = span_of(text.p + 3, 32);
	parent = span_of(text.p + 36, 16);
	return is_hex(version) && !span_eq(version, SPAN("ff")) && is_hex(trace) &&
	       !is_zero(trace) && is_hex(parent) && !is_zero(parent) &&
	       is_hex(span_of(text.p + 53, 2));
}

static bool is_open_text(const struct field *field)
{
	return field->kind == KIND_TEXT || field->kind == KIND_CODE || field->kind == KIND_UNIT;
}

/* Whether no open text of an object holds such a number; those of closed forms (places, types, cases) cannot. */
static bool members_clean(const struct field *fields,
			  size_t count,
			  const void *object,
			  const char *prefix,
			  struct problem *ret_problem)
{
	for (const struct field *field = fields; field < fields + count; field++) {
		unsigned n = is_open_text(field) ? member_count(field, object) : 0;

		for (unsigned i = 0; i < n; i++) {
			if (!text_clean(member_span(field, object, i), prefix, field->name,
					ret_problem)) {
				return false;
			}
		}
	}
	return true;
}

/* Members that anyone may read hold no identity, phone or card numbers (domain P10). */
static bool event_clean(const struct event *ev, struct problem *ret_problem)
{
	const struct schema *schema = event_schema(ev->type);
	struct envelope env = ev->env;
	size_t count;
	const struct field *fields = event_envelope_fields(&count);

	/* Random digits in a form of its own may look like anything. */
	env.has_traceparent &= !door_trace_formed(env.traceparent);
	return members_clean(fields, count, &env, "", ret_problem) &&
	       members_clean(schema->fields, schema->field_count, &ev->data, "data.", ret_problem);
}

/* Whose record it goes into, and by which key. A report that names a case must name the one that it makes. */
static bool subject_set(const struct door *door,
			struct event *ev,
			struct door_pass *pass,
			struct case_id *ret_id)
{
	const struct schema *schema = event_schema(ev->type);

	pass->topic = schema_topic_actions(schema->topic);
	(void)snprintf(pass->key, sizeof pass->key, "register");
	if (schema->topic != TOPIC_CASE) {
		(void)snprintf(pass->subject, sizeof pass->subject, "%.*s",
			       SPAN_ARGS(ev->env.subject));
		return true;
	}
	if (ev->type == EVENT_case_reported) {
		*ret_id =
			case_id_of_report(ev->env.place, ev->env.time, ev->env.source, ev->env.id);
		case_id_receipt(ret_id, door->receipt_key, pass->receipt);
	} else if (!case_id_parse(ev->env.subject, ret_id)) {
		return false;
	}
	case_id_format(ret_id, pass->subject);
	case_id_county(ret_id, pass->key);
	return !ev->env.has_subject || span_eq(ev->env.subject, span_cstr(pass->subject));
}

static bool subject_check(const struct door *door,
			  struct event *ev,
			  struct door_pass *pass,
			  struct case_id *ret_id)
{
	const char *field = "subject", *why = "not a case id";
	bool reports = ev->type == EVENT_case_reported;

	if (reports && !case_id_holds(ev->env.time)) {
		field = "time";
		why = "lies too far ahead for a case id, which has its date";
	} else if (subject_set(door, ev, pass, ret_id)) {
		return true;
	} else if (reports) {
		why = "not the case id of this report: leave it out";
	}
	(void)snprintf(pass->problem.field, sizeof pass->problem.field, "%s", field);
	(void)snprintf(pass->problem.reason, sizeof pass->problem.reason, "%s", why);
	return false;
}

static bool stamp(struct event *ev,
		  const struct token *token,
		  struct arena *arena,
		  struct door_pass *pass)
{
	struct span copy = arena_copy(arena, span_of(pass->digest, sizeof pass->digest));

	EVENT_SET(ev->env, digest, copy);
	EVENT_SET(ev->env, actor, span_cstr(token->id));
	EVENT_SET(ev->env, subject, span_cstr(pass->subject));
	EVENT_SET(ev->env, refknown, pass->refknown);
	if (token->rights & TOKEN_HISTORY) {
		EVENT_SET(ev->env, rights, TOKEN_HISTORY);
	}
	if (pass->receipt[0]) {
		EVENT_SET(ev->env, receipt, span_cstr(pass->receipt));
	}
	return copy.p != NULL;
}

static enum err seal_all(struct event *ev,
			 const struct case_id *id,
			 const uint8_t secret[32],
			 struct key_store_txn *keys,
			 struct arena *arena)
{
	const struct schema *schema = event_schema(ev->type);
	struct key_store_subject subject;
	struct key_store_key key = {0};
	enum err err = ERR_OK;

	for (unsigned i = 0; i < schema->field_count && !err; i++) {
		const struct field *field = &schema->fields[i];
		struct span *text = (struct span *)(void *)((char *)&ev->data + field->offset);

		if (field->kind != KIND_SEAL || !member_has(field, &ev->data)) {
			continue;
		}
		if (!key.version) {
			subject = key_store_subject_of(id, secret);
			if (!key_store_take(keys, &subject, &key)) {
				return keys->err;
			}
		}
		err = seal_close(&(struct seal_key){key.version, key.key},
				 &(struct seal_place){ev->env.id, i}, *text, arena, text);
	}
	return err;
}

static enum err encode(const struct event *ev, struct arena *arena, struct door_pass *pass)
{
	struct buf bytes = {.limit_bytes = LIMIT_ACTION_BYTES};
	enum err err = event_encode(ev, &bytes);

	if (!err) {
		pass->bytes = arena_copy(arena, buf_span(&bytes));
		err = pass->bytes.p ? ERR_OK : ERR_NOMEM;
	}
	buf_done(&bytes);
	return err;
}

enum err door_enter(const struct door *door,
		    const struct token *token,
		    struct event *ev,
		    struct key_store_txn *keys,
		    struct arena *arena,
		    struct door_pass *pass)
{
	struct case_id id = {0};
	enum err err;

	/* Taken of what the sender sent: nothing is stamped yet, and the token's unit is not yet put in. */
	event_digest(ev, door->digest_key, pass->digest);
	err = event_validate_posted(ev, &pass->problem);
	if (err) {
		return refuse(pass, problem_of_err(err), err);
	}
	door_places_normalise(ev);
	err = door_rights_check(token, ev, door->seat, door->seat_context, &pass->problem);
	if (err) {
		return refuse(pass, PROBLEM_FORBIDDEN, err);
	}
	if (!event_clean(ev, &pass->problem)) {
		return refuse(pass, PROBLEM_CLEARTEXT, ERR_INVALID);
	}
	if (!subject_check(door, ev, pass, &id)) {
		return refuse(pass, PROBLEM_INVALID, ERR_INVALID);
	}
	err = stamp(ev, token, arena, pass) ? seal_all(ev, &id, door->subject_key, keys, arena)
					    : ERR_NOMEM;
	err = err ? err : encode(ev, arena, pass);
	return err ? refuse(pass, problem_of_err(err), err) : ERR_OK;
}
