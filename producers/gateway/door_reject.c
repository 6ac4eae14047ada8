/*
 * door_reject.c: the note about an action that the door refused: enough to find the action in the sender's system, nothing
 * of its content.
 */
#include "producers/gateway/door_reject.h"

#include <sodium.h>
#include <stdio.h>

#include "schemas/lint.h"
#include "schemas/member.h"

#define NAMELESS_SOURCE SPAN("/govbus/door")

/* A member of the envelope that is as its table asks, and clean; else it may carry anything, and is not named. */
static bool sayable(const char *name, struct span text)
{
	size_t count;
	const struct field *env = event_envelope_fields(&count);
	const struct field *field = member_named(env, count, span_cstr(name));

	return text.n && field && !member_check(field, text, true) && !lint_text(text);
}

static bool is_apart(struct span name)
{
	return span_eq(name, SPAN("specversion")) || span_eq(name, SPAN("type")) ||
	       span_eq(name, SPAN("data")) || span_eq(name, SPAN("datacontenttype")) ||
	       span_eq(name, SPAN("dataschema"));
}

/* The name in a problem, if it is one of ours: that of an unknown member is the sender's own text. @return absent: say nothing */
static struct span field_of(const struct door_reject *reject)
{
	struct span name = reject->problem ? span_cstr(reject->problem->field) : (struct span){0};
	const struct schema *schema = event_schema(reject->type);
	size_t count;
	const struct field *env = event_envelope_fields(&count);

	if (span_starts(name, SPAN("data."))) {
		struct span member = span_of(name.p + 5, name.n - 5);

		return schema && member_named(schema->fields, schema->field_count, member)
			       ? name
			       : SPAN("data");
	}
	return name.n && (is_apart(name) || member_named(env, count, name)) ? name
									    : (struct span){0};
}

/* One secret for actions and for what never became one: an honest retry is known again by it. */
static void digest_of(const struct door *door,
		      const struct door_reject *reject,
		      uint8_t ret_digest[16])
{
	if (reject->digest) {
		memcpy(ret_digest, reject->digest, 16);
	} else {
		crypto_generichash(ret_digest, 16, reject->bytes.p, reject->bytes.n,
				   door->digest_key, sizeof door->digest_key);
	}
}

enum err door_reject(const struct door *door,
		     const struct door_reject *reject,
		     struct arena *arena,
		     struct span *ret_key,
		     struct span *ret_bytes)
{
	struct event ev = {.type = EVENT_action_rejected};
	struct buf out = {0};
	uint8_t digest[16];
	char hex[2 * sizeof digest + 1];
	struct span field = field_of(reject);
	enum err err;

	digest_of(door, reject, digest);
	sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
	EVENT_SET(ev.env, id, sayable("id", reject->id) ? reject->id : span_cstr(hex));
	EVENT_SET(ev.env, source,
		  sayable("source", reject->source) ? reject->source : NAMELESS_SOURCE);
	EVENT_SET(ev.env, time, reject->now_us);
	EVENT_SET(ev.env, actor, span_cstr(reject->token->id));
	EVENT_SET(ev.env, digest, span_of(digest, sizeof digest));
	if (event_schema(reject->type)) {
		EVENT_SET(ev.data.action_rejected, action_type,
			  span_cstr(event_schema(reject->type)->type));
	}
	EVENT_SET(ev.data.action_rejected, reason, span_cstr(problem_name(reject->kind)));
	if (field.n) {
		EVENT_SET(ev.data.action_rejected, field, field);
	}
	err = event_encode(&ev, &out);
	if (!err) {
		*ret_key = arena_copy(arena, ev.env.source);
		*ret_bytes = arena_copy(arena, buf_span(&out));
		err = ret_key->p && ret_bytes->p ? ERR_OK : ERR_NOMEM;
	}
	buf_done(&out);
	return err;
}
