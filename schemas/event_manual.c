/* event_manual.c: the reference manual of events, printed from the tables. */
#include "schemas/event_manual.h"

#include "schemas/event.h"
#include "schemas/member.h"

static const char intro[] =
	"# Events\n"
	"\n"
	"What may be posted, and what the record holds. Generated from the tables in `schemas/`, from `projections/reasons.def` and `guards.def`, and from `producers/gateway/problems.def`; do not edit.\n"
	"\n"
	"An action is a CloudEvents 1.0 event. A sender gives the members marked *must* and *may*; the door and the decider add theirs. A sender that\n"
	"gives one of theirs, or a member that no table knows, is refused, and the refusal names the member. Times are RFC 3339 in JSON and microseconds since 1970 UTC in\n"
	"MessagePack; members of kind *sealed* are posted as clear text and are encrypted before they reach any topic. In JSON a member that is null counts as absent.\n";

static const char *const kinds[] = {
	[KIND_CODE] = "code",   [KIND_TEXT] = "text",          [KIND_SEAL] = "sealed text",
	[KIND_BYTES] = "bytes", [KIND_HASH] = "hash",          [KIND_PLACE] = "place",
	[KIND_UNIT] = "unit",   [KIND_CASE] = "case id",       [KIND_TYPE] = "case type",
	[KIND_TIME] = "time",   [KIND_DAY] = "date",           [KIND_INT] = "number",
	[KIND_UINT] = "number", [KIND_BOOL] = "true or false", [KIND_ENUM] = "one of",
	[KIND_STEP] = "one of",
};

static const char *const givers[] = {"must", "may", "door", "decider"};

static void print_kind(struct buf *out, const struct field *f)
{
	if (f->list_max) {
		buf_printf(out, "up to %u × ", f->list_max);
	}
	buf_add_text(out, kinds[f->kind]);
	if (f->kind == KIND_ENUM || f->kind == KIND_STEP) {
		const char *name = codes_list(member_codes(f))->name;

		buf_printf(out, " [%s](#%s)", name, name);
	}
}

static void print_bound(struct buf *out, const struct field *f)
{
	if (!f->bound) {
		return;
	}
	switch ((enum kind)f->kind) {
	case KIND_CODE:
		buf_printf(out, "; at most %u characters of printable ASCII", f->bound);
		break;
	case KIND_TEXT:
	case KIND_SEAL:
		buf_printf(out, "; at most %u characters", f->bound);
		break;
	case KIND_BYTES:
		buf_printf(out, "; %u bytes, base64 in JSON", f->bound);
		break;
	case KIND_INT:
		buf_printf(out, "; from -%u to %u", f->bound, f->bound);
		break;
	case KIND_UINT:
		buf_printf(out, "; from 0 to %u", f->bound);
		break;
	default:
		break;
	}
}

static void print_members(struct buf *out, const struct field *fields, size_t count)
{
	buf_add_text(out, "| member | given by | kind | meaning |\n| --- | --- | --- | --- |\n");
	for (const struct field *f = fields; f < fields + count; f++) {
		buf_printf(out, "| `%s` | %s | ", f->name, givers[f->need]);
		print_kind(out, f);
		buf_printf(out, " | %s", f->help);
		print_bound(out, f);
		buf_add_text(out, " |\n");
	}
}

static const char *writer_of(const struct schema *schema)
{
	if (schema->posted) {
		return "may be posted";
	}
	return schema->topic == TOPIC_REJECTED ? "written only by the door"
					       : "written only by the decider";
}

static void print_types(struct buf *out)
{
	buf_add_text(out, "\n## Event types\n");
	for (unsigned type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		const struct schema *schema = event_schema((enum event_type)type);
		const struct topic_row *topic = schema_topic((enum topic)schema->topic);

		buf_printf(out, "\n### %s\n\n%s. ", schema->type, schema->help);
		if (topic) {
			buf_printf(out, "In `%s`; ", topic->name);
		} else {
			buf_add_text(out, "In every event topic; ");
		}
		buf_printf(out, "%s.\n\n", writer_of(schema));
		print_members(out, schema->fields, schema->field_count);
	}
}

static void print_whys(struct buf *out, struct event_manual_whys whys)
{
	for (size_t i = 0; i < whys.count; i++) {
		const struct event_manual_why *row = &whys.rows[i];

		buf_printf(out, "| `%s` | ", row->id);
		if (row->status) {
			buf_printf(out, "%d | ", row->status);
		}
		buf_printf(out, "%s | %s | %s |\n", row->zh, row->en, row->cure);
	}
}

static void print_refusals(struct buf *out,
			   struct event_manual_whys problems,
			   struct event_manual_whys reasons,
			   struct event_manual_whys guards)
{
	buf_add_text(
		out,
		"\n## Problems\n\nHow the gateway says that it does not do what was asked (RFC 9457, `application/problem+json`): `type` is "
		"`urn:govbus:problem:` followed by the name here. What the door refuses never becomes an action; it is noted as `gov.action.rejected.v1`, whose "
		"`reason` is that name. `refused` and `conflict` are the answers to what the decider refused, for one of the reasons below.\n\n"
		"| problem | status | 中文 | English | what to do |\n| --- | --- | --- | --- | --- |\n");
	print_whys(out, problems);
	buf_add_text(
		out,
		"\n## Reasons\n\nWhy the decider refuses an action: `reason` in `gov.action.refused.v1`, in a problem (409), and in the outcome of a dry run. "
		"A refusal binds nothing: the same action, posted again, is decided again.\n\n"
		"| reason | 中文 | English | what to do |\n| --- | --- | --- | --- |\n");
	print_whys(out, reasons);
	buf_add_text(
		out,
		"\n## Guards\n\nThe conditions behind the reason `GUARD`: why a well-formed action may still be refused, and what to do about it. "
		"(`MEMBER` has the reason `INVALID`.)\n\n"
		"| guard | 中文 | English | what to do |\n| --- | --- | --- | --- |\n");
	print_whys(out, guards);
}

static void print_codes(struct buf *out)
{
	buf_add_text(out, "\n## Codes\n");
	for (unsigned l = CODES_NONE + 1; l < CODES_COUNT; l++) {
		const struct code_list *list = codes_list((enum codes)l);

		buf_printf(out,
			   "\n### %s\n\n%s.\n\n| code | 中文 | English |\n| --- | --- | --- |\n",
			   list->name, list->help);
		for (uint8_t i = 1; i < list->count; i++) {
			buf_printf(out, "| `%s` | %s | %s |\n", list->codes[i].name,
				   list->codes[i].zh, list->codes[i].en);
		}
	}
}

static void print_case_types(struct buf *out)
{
	size_t count;
	const struct case_type *types = codes_types(&count);

	buf_add_text(out, "\n## Case types\n\n| code | 中文 | English |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < count; i++) {
		const char *mark = strlen(types[i].code) == 2 ? "**" : "";

		buf_printf(out, "| `%s` | %s%s%s | %s%s%s |\n", types[i].code, mark, types[i].zh,
			   mark, mark, types[i].en, mark);
	}
}

static void print_topics(struct buf *out)
{
	static const char *const kinds_of_topic[] = {
		[TOPIC_KIND_ACTION] = "actions",
		[TOPIC_KIND_EVENT] = "events: the record",
		[TOPIC_KIND_PLAIN] = "many writers, no decider",
		[TOPIC_KIND_REJECTED] = "what the door refused",
	};

	buf_add_text(out, "\n## Topics\n\n| topic | partitions | carries |\n| --- | --- | --- |\n");
	for (unsigned t = 0; t < TOPIC_COUNT; t++) {
		const struct topic_row *topic = schema_topic((enum topic)t);

		buf_printf(out, "| `%s` | %d | %s |\n", topic->name, topic->partitions,
			   kinds_of_topic[topic->kind]);
	}
}

void event_manual_print(struct buf *out,
			struct event_manual_whys problems,
			struct event_manual_whys reasons,
			struct event_manual_whys guards)
{
	size_t count;
	const struct field *env = event_envelope_fields(&count);

	buf_add_text(out, intro);
	buf_add_text(
		out,
		"\n## The envelope\n\nBesides the members below: `specversion` (\"1.0\"), `type`, `data` and, in JSON, `datacontenttype` (\"application/json\"). "
		"`dataschema` may be given and must be an absolute URI; it is checked but not kept, since `type` determines the schema of the data.\n\n"
		"Ids, sources and everything else of kind *code* is printable ASCII without spaces, although CloudEvents allows other "
		"characters in `id`. They are never sealed, and appear in keys, logs and answers, where no person's name may appear. A "
		"sender percent-encodes whatever else its own ids contain.\n\n");
	print_members(out, env, count);
	print_types(out);
	print_refusals(out, problems, reasons, guards);
	print_codes(out);
	print_case_types(out);
	print_topics(out);
}
