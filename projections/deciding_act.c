/* deciding_act.c: one action, exactly one outcome (protocol 1, 6, 7, 8, 11, 12). */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/case_id.h"
#include "common/partition.h"
#include "projections/deciding.h"

enum { DIGEST_BYTES = 16 };

/* An action on its way to its outcome. */
struct acting {
	struct deciding *d;
	const struct deciding_action *action;
	struct event ev;        /* the action; the event if it is accepted */
	struct problem problem; /* why it cannot be one */
	struct refusal refusal;
	struct moment moment;
	uint8_t digest[DIGEST_BYTES]; /* of the bytes, when there is no other */
	char id[40], text[sizeof(struct problem) + 4], subject[CASE_ID_TEXT_BYTES + 1];
	bool dry, repeated;
	int64_t first_seq;
	uint8_t first_to;
};

static void refuse(struct acting *a, enum reason reason, const char *guard)
{
	if (!a->refusal.reason) {
		a->refusal.reason = reason;
		a->refusal.guard = guard;
	}
}

static void problem_in(struct acting *a, const char *field, const char *reason)
{
	snprintf(a->problem.field, sizeof a->problem.field, "%s", field);
	snprintf(a->problem.reason, sizeof a->problem.reason, "%s", reason);
}

/* What may be asked of every register: clock.advanced, went.live, clock.confirmed. */
static bool is_protocol(enum event_type type)
{
	const struct schema *schema = event_schema(type);

	return schema && schema->posted && schema->topic == TOPIC_ANY;
}

/* What event_decode does not check: everything that a sender must give is there, and nothing that only a decider may give. */
static bool members_fit(struct acting *a,
			const struct field *fields,
			size_t n,
			const void *object,
			const char *prefix)
{
	for (size_t i = 0; i < n; i++) {
		const struct field *f = &fields[i];
		const uint8_t *has = (const uint8_t *)object + f->has_offset;

		if (f->need == NEED_REQUIRED ? !*has : f->need == NEED_DECIDED && *has) {
			snprintf(a->problem.field, sizeof a->problem.field, "%s%s", prefix,
				 f->name);
			snprintf(a->problem.reason, sizeof a->problem.reason, "%s",
				 *has ? "only the decider gives this" : "is missing");
			return false;
		}
	}
	return true;
}

static bool is_action(struct acting *a)
{
	const struct schema *schema = event_schema(a->ev.type);
	size_t n = 0;
	const struct field *fields = event_envelope_fields(&n);

	if (!schema || !schema->posted) {
		problem_in(a, "type", "cannot be posted");
		return false;
	}
	if (schema->topic != TOPIC_ANY && schema->topic != a->d->reg->ops->events) {
		problem_in(a, "type", "belongs to another register");
		return false;
	}
	if (!a->ev.env.has_digest || a->ev.env.digest.n != DIGEST_BYTES) {
		problem_in(a, "digest", "the door did not stamp it");
		return false;
	}
	return members_fit(a, fields, n, &a->ev.env, "") &&
	       members_fit(a, schema->fields, schema->field_count, &a->ev.data, "data.");
}

/* Bytes that are no action still have an outcome: named by their place in the log, their digest that of the bytes. */
static void make_nameless(struct acting *a)
{
	struct event *ev = &a->ev;

	memset(ev, 0, sizeof *ev);
	snprintf(a->id, sizeof a->id, "c%" PRId64, a->action->offset);
	crypto_generichash(a->digest, sizeof a->digest, a->action->bytes.p, a->action->bytes.n,
			   NULL, 0);
	EVENT_SET(ev->env, id, span_cstr(a->id));
	EVENT_SET(ev->env, source, DECIDING_SOURCE);
	EVENT_SET(ev->env, digest, span_of(a->digest, sizeof a->digest));
	EVENT_SET(ev->env, time, a->d->position.cursor.decided_us);
}

/* Whether its outcome can be identified by the action's own source, id and digest. */
static bool is_named(const struct event *ev)
{
	const struct envelope *env = &ev->env;

	return env->has_id && env->has_source && env->has_time && env->has_digest &&
	       env->digest.n == DIGEST_BYTES;
}

static void set_detail(struct acting *a)
{
	int n = snprintf(a->text, sizeof a->text, "%s%s%s", a->problem.field,
			 *a->problem.field ? ": " : "", a->problem.reason);

	a->refusal.detail = span_first(span_of(a->text, (size_t)n), 200);
}

/* Decodes the action, and refuses before time moves what cannot be trusted at all. */
static void read_action(struct acting *a)
{
	if (a->refusal.reason) {
		make_nameless(a); /* FAULT: whatever killed the decider is not touched again */
		return;
	}
	enum err err = event_decode(a->action->bytes, &a->ev, &a->problem);

	if (err) {
		refuse(a, err == ERR_UNKNOWN ? REASON_UNKNOWN : REASON_MALFORMED, "");
	} else if (!is_action(a)) {
		refuse(a, REASON_INVALID, "");
	}
	if (err || !is_named(&a->ev)) {
		make_nameless(a);
	}
	if (a->refusal.reason) {
		set_detail(a);
		return;
	}
	a->dry = a->ev.env.has_dryrun && a->ev.env.dryrun;
	if (a->ev.type == EVENT_case_reported && !a->ev.env.has_subject && a->ev.env.has_place &&
	    a->ev.env.place.n >= 6) {
		struct case_id id = case_id_of_report(a->ev.env.place, a->ev.env.time,
						      a->ev.env.source, a->ev.env.id);

		case_id_format(&id, a->subject);
		EVENT_SET(a->ev.env, subject, span_of(a->subject, CASE_ID_TEXT_BYTES));
	}
}

static uint64_t hash_of(const struct event *ev)
{
	return deciding_hash(ev->env.source, ev->env.id, ev->env.digest);
}

bool deciding_act_was(struct span bytes, int64_t offset, uint64_t outcome_hash)
{
	struct deciding d = {.reg = NULL};
	struct deciding_action action = {.bytes = bytes, .offset = offset};
	struct acting a = {.d = &d, .action = &action};

	/* An outcome repeats the nameless source, id and digest, or the action's. What was refused as FAULT is not decoded here either. */
	make_nameless(&a);
	if (hash_of(&a.ev) == outcome_hash) {
		return true;
	}
	return !event_decode(bytes, &a.ev, NULL) && a.ev.env.has_digest &&
	       a.ev.env.digest.n == DIGEST_BYTES && hash_of(&a.ev) == outcome_hash;
}

static void check_partition(struct acting *a)
{
	struct case_id id;
	char county[7];

	if (a->d->partitions <= 1 || a->action->fault || is_protocol(a->ev.type)) {
		return;
	}
	if (!a->ev.env.has_subject || !case_id_parse(a->ev.env.subject, &id)) {
		problem_in(a, "subject", "is not a case id");
		refuse(a, REASON_INVALID, "");
		set_detail(a);
		return;
	}
	case_id_county(&id, county);
	if (partition_of_key(span_of(county, 6), a->d->partitions) != a->d->reg->partition) {
		refuse(a, REASON_GUARD, "PARTITION");
	}
}

/* History: the action's own time, posted only with the right to do so; never later than the broker's clock. */
static int64_t now_of(struct acting *a)
{
	const struct log_cursor *cursor = &a->d->position.cursor;
	const struct envelope *env = &a->ev.env;
	int64_t now_us =
		cursor->live || a->ev.type == EVENT_went_live ? a->action->wall_us : env->time;
	int64_t latest_us = a->action->broker_us ? a->action->broker_us : a->action->wall_us;

	if (!cursor->live && !a->refusal.reason) {
		if (!env->has_rights || !(env->rights & DECIDING_RIGHT_HISTORY)) {
			refuse(a, REASON_GUARD, "HISTORY");
		} else if (env->time > latest_us || (a->ev.type == EVENT_clock_advanced &&
						     a->ev.data.clock_advanced.to > latest_us)) {
			refuse(a, REASON_LATE, "");
		} else if (a->ev.type == EVENT_clock_advanced) {
			now_us = a->ev.data.clock_advanced.to;
		}
	}
	if (!cursor->live && a->refusal.reason) {
		now_us = cursor->decided_us; /* a refused action moves no clock */
	}
	return now_us > cursor->decided_us ? now_us : cursor->decided_us;
}

/* A clock that stands there already has been moved: by the same feeder before it was killed, or by a file before this one. */
static void judge_protocol(struct acting *a, int64_t stood_us)
{
	bool live = a->d->position.cursor.live;

	if (live && a->ev.type != EVENT_clock_confirmed) {
		refuse(a, REASON_GUARD, "LIVE");
	}
	a->repeated = a->ev.type == EVENT_clock_advanced && !a->refusal.reason &&
		      a->ev.data.clock_advanced.to <= stood_us;
	a->ev.env.has_seq = false;
}

static void judge_register(struct acting *a)
{
	struct reg *reg = a->d->reg;
	uint8_t bound[DIGEST_BYTES];

	if (reg->ops->bound(reg, &a->ev, bound, &a->first_seq, &a->first_to)) {
		if (memcmp(bound, a->ev.env.digest.p, DIGEST_BYTES) == 0) {
			a->repeated = true;
		} else {
			refuse(a, REASON_CONFLICT, "");
		}
		return;
	}
	if (reg->view->err) {
		return;
	}
	struct refusal refusal = {0};

	if (reg->ops->decide(reg, &a->ev, &a->moment, &a->d->arena, &refusal) == VERDICT_REFUSED) {
		a->refusal = refusal;
		refuse(a, REASON_GUARD, ""); /* unless it said why */
	}
}

static struct span or_empty(struct span s)
{
	return s.p ? s : span_cstr("");
}

/* The envelope that every outcome shares with its action. */
static void outcome_of(const struct acting *a, enum event_type type, struct event *ret_ev)
{
	const struct envelope *env = &a->ev.env;

	memset(ret_ev, 0, sizeof *ret_ev);
	ret_ev->type = type;
	EVENT_SET(ret_ev->env, id, env->id);
	EVENT_SET(ret_ev->env, source, env->source);
	EVENT_SET(ret_ev->env, time, env->time);
	EVENT_SET(ret_ev->env, digest, env->digest);
#define KEEP(member)                                          \
	do {                                                  \
		ret_ev->env.member = env->member;             \
		ret_ev->env.has_##member = env->has_##member; \
	} while (0)
	KEEP(subject);
	KEEP(place);
	KEEP(unit);
	KEEP(actor);
	KEEP(traceparent);
#undef KEEP
}

static struct span type_text(const struct acting *a)
{
	const struct schema *schema = event_schema(a->ev.type);

	return schema ? span_cstr(schema->type) : (struct span){0};
}

static void fill_refused(const struct acting *a, struct event *ret_ev)
{
	struct action_refused *data = &ret_ev->data.action_refused;
	const struct refusal *refusal = &a->refusal;

	outcome_of(a, EVENT_action_refused, ret_ev);
	if (type_text(a).p) {
		EVENT_SET(*data, action_type, type_text(a));
	}
	EVENT_SET(*data, reason, span_cstr(reasons_get(refusal->reason)->id));
	if (refusal->guard && *refusal->guard) {
		EVENT_SET(*data, guard, span_cstr(refusal->guard));
	}
	if (refusal->detail.n) {
		EVENT_SET(*data, detail, refusal->detail);
	}
	if (refusal->needs.n) {
		EVENT_SET(*data, needs, refusal->needs);
	}
	if (refusal->state) {
		EVENT_SET(*data, state, refusal->state);
	}
	if (a->action->fault) {
		EVENT_SET(*data, incident, span_cstr(a->action->fault));
	}
}

static void fill_repeated(const struct acting *a, struct event *ret_ev)
{
	struct action_repeated *data = &ret_ev->data.action_repeated;

	outcome_of(a, EVENT_action_repeated, ret_ev);
	EVENT_SET(*data, action_type, type_text(a));
	if (a->first_seq) { /* the clock has none */
		EVENT_SET(*data, first_seq, (uint64_t)a->first_seq);
	}
	if (a->first_to) {
		EVENT_SET(*data, first_to, a->first_to);
	}
}

/* The case deadline an event would set, whatever its type. */
static bool due_of(const struct event *ev, int64_t *ret_due_us)
{
	const struct schema *schema = event_schema(ev->type);

	for (size_t i = 0; schema && i < schema->field_count; i++) {
		const struct field *f = &schema->fields[i];
		const uint8_t *data = (const uint8_t *)&ev->data;

		if (f->kind == KIND_TIME && strcmp(f->name, "due_at") == 0 && data[f->has_offset]) {
			memcpy(ret_due_us, data + f->offset, sizeof *ret_due_us);
			return true;
		}
	}
	return false;
}

static void fill_tried(const struct acting *a, struct event *ret_ev)
{
	struct action_tried *data = &ret_ev->data.action_tried;
	int64_t due_us = 0;

	outcome_of(a, EVENT_action_tried, ret_ev);
	EVENT_SET(*data, action_type, type_text(a));
	EVENT_SET(*data, would,
		  a->repeated         ? SPAN("repeated")
		  : a->refusal.reason ? SPAN("refused")
				      : SPAN("accepted"));
	if (a->refusal.reason) {
		EVENT_SET(*data, reason, span_cstr(reasons_get(a->refusal.reason)->id));
		EVENT_SET(*data, guard, or_empty(span_cstr(a->refusal.guard)));
		EVENT_SET(*data, detail, or_empty(a->refusal.detail));
		EVENT_SET(*data, needs, or_empty(a->refusal.needs));
		data->has_guard = data->guard.n > 0;
		data->has_detail = data->detail.n > 0;
		data->has_needs = data->needs.n > 0;
		return;
	}
	EVENT_SET(*data, would_seq, a->repeated ? (uint64_t)a->first_seq : a->ev.env.seq);
	if (a->repeated ? a->first_to : a->ev.env.has_to) {
		EVENT_SET(*data, would_to, a->repeated ? a->first_to : a->ev.env.to);
	}
	if (!a->repeated && due_of(&a->ev, &due_us)) {
		EVENT_SET(*data, would_due_at, due_us);
	}
}

static void write_outcome(struct acting *a)
{
	struct event other, *ev = &other;

	if (a->dry && !(a->refusal.reason && a->action->fault)) {
		fill_tried(a, &other);
	} else if (a->repeated) {
		fill_repeated(a, &other);
	} else if (a->refusal.reason) {
		fill_refused(a, &other);
	} else {
		ev = &a->ev;
		ev->env.has_dryrun = false;
		ev->env.has_parent = false;
	}
	EVENT_SET(ev->env, cause, a->action->offset);
	deciding_write(a->d, ev, a->moment.now_us, a->moment.refoffset);
}

/* Moves the clock up to now, then judges: what time has brought by then is part of the state. */
static void judge(struct acting *a)
{
	struct deciding *d = a->d;
	const struct log_cursor *cursor = &d->position.cursor;
	int64_t stood_us = cursor->decided_us, now_us = now_of(a);
	int64_t known = a->ev.env.has_refknown ? a->ev.env.refknown : 0;
	bool going_live = a->ev.type == EVENT_went_live && !cursor->live && !a->refusal.reason;

	if (now_us > cursor->decided_us || cursor->live) {
		deciding_clock_advance(d, now_us, cursor->live || going_live);
	}
	int64_t refoffset = cursor->live ? d->refposition : known;

	if (refoffset > d->refposition) {
		refoffset = d->refposition; /* a refused stamp */
	}
	a->moment.now_us = now_us > cursor->decided_us ? now_us : cursor->decided_us;
	a->moment.refoffset = refoffset > cursor->refoffset ? refoffset : cursor->refoffset;
	a->moment.live = cursor->live;
	if (d->err || a->refusal.reason) {
		return;
	}
	arena_reset(&d->arena);
	if (is_protocol(a->ev.type)) {
		judge_protocol(a, stood_us);
	} else {
		judge_register(a);
	}
}

static bool confirms(const struct acting *a)
{
	return a->ev.type == EVENT_clock_confirmed && !a->refusal.reason &&
	       a->ev.data.clock_confirmed.upto >= a->action->wall_us;
}

enum deciding_result deciding_act(struct deciding *d,
				  const struct deciding_action *action,
				  int64_t *ret_wanted_refoffset)
{
	struct acting a;

	/* The events' union is large: only what is looked at before it is filled is cleared. */
	a.d = d;
	a.action = action;
	a.dry = a.repeated = false;
	a.refusal = (struct refusal){0};
	a.problem.field[0] = a.problem.reason[0] = 0;
	a.first_seq = 0;
	a.first_to = 0;
	if (action->fault) {
		refuse(&a, REASON_FAULT, "");
	}
	read_action(&a);
	if (deciding_clock_must_confirm(d, action->wall_us) && !confirms(&a)) {
		return DECIDING_CONFIRM;
	}
	if (a.ev.env.has_refknown && a.ev.env.refknown > d->refposition) {
		if (!action->reference_end) {
			*ret_wanted_refoffset = a.ev.env.refknown;
			return DECIDING_REFERENCE;
		}
		refuse(&a, REASON_GUARD, "REFKNOWN");
	}
	deciding_write_owed(d);
	check_partition(&a);
	judge(&a);
	if (!d->err) {
		d->err = deciding_register_err(d);
	}
	if (!d->err) {
		write_outcome(&a);
	}
	deciding_write_owed(d);
	return d->err ? DECIDING_FAILED : DECIDING_DONE;
}
