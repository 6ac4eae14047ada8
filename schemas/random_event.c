/* random_event.c: random valid events for property tests. */
#include "schemas/random_event.h"

#include "common/base32.h"
#include "common/civil.h"
#include "common/place.h"
#include "schemas/member.h"

struct maker {
	struct random_event_source *source;
	struct arena *arena;
	bool posted, failed;
};

uint64_t random_event_splitmix(void *state)
{
	uint64_t *seed = state;
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 to below - 1 */
static uint64_t pick(struct maker *m, uint64_t below)
{
	return m->source->next(m->source->state) % below;
}

static struct span keep(struct maker *m, const void *p, size_t n)
{
	struct span copy = arena_copy(m->arena, span_of(p, n));

	m->failed |= !copy.p;
	return copy;
}

static size_t a_place(struct maker *m, int least, int most, char *ret_code)
{
	size_t n = place_bytes(least + (int)pick(m, (unsigned)(most - least) + 1u));

	for (size_t i = 0; i < n; i++) {
		ret_code[i] = (char)('1' + pick(m, 9));
	}
	return n;
}

static struct span place(struct maker *m, int least)
{
	char code[PLACE_MAX_BYTES];

	return keep(m, code, a_place(m, least, PLACE_LEVELS, code));
}

static struct span unit(struct maker *m)
{
	char id[64];
	size_t n;

	switch (pick(m, 3)) {
	case 0:
		memcpy(id, "centre:", 7);
		n = 7 + a_place(m, 1, 5, id + 7);
		break;
	case 1:
		memcpy(id, "grid:", 5);
		n = 5 + a_place(m, 6, 7, id + 5);
		break;
	default:
		memcpy(id, "km-city.u_7", 11);
		n = 11;
		break;
	}
	return keep(m, id, n);
}

static struct span case_id(struct maker *m)
{
	char text[] = "530102-20230119-000000000000";

	text[14] = (char)('1' + pick(m, 8));
	base32_format(pick(m, UINT64_C(1) << 60), text + 16);
	return keep(m, text, sizeof text - 1);
}

static struct span ascii(struct maker *m, size_t most)
{
	uint8_t bytes[128];
	size_t n = 1 + pick(m, most < sizeof bytes ? most : sizeof bytes);

	for (size_t i = 0; i < n; i++) {
		bytes[i] = (uint8_t)(0x21 + pick(m, 0x7f - 0x21));
	}
	return keep(m, bytes, n);
}

static struct span text(struct maker *m, size_t most, bool lines)
{
	static const char *const letters[] = {"a", " ", "楼", "道", "é", "𠮷", "0", "\"", "\\"};
	uint8_t bytes[4 * 64];
	size_t chars = 1 + pick(m, most < 64 ? most : 64), n = 0;

	for (size_t i = 0; i < chars; i++) {
		struct span letter = span_cstr(letters[pick(m, sizeof letters / sizeof *letters)]);

		if (lines && pick(m, 10) == 0) {
			letter = SPAN("\n");
		}
		memcpy(bytes + n, letter.p, letter.n);
		n += letter.n;
	}
	return keep(m, bytes, n);
}

static struct span bytes(struct maker *m, size_t n)
{
	uint8_t run[256];

	for (size_t i = 0; i < n && i < sizeof run; i++) {
		run[i] = (uint8_t)pick(m, 256);
	}
	return keep(m, run, n < sizeof run ? n : sizeof run);
}

static struct span case_type(struct maker *m)
{
	size_t count;
	const struct case_type *types = codes_types(&count);
	const struct case_type *type;

	do {
		type = &types[pick(m, count)];
	} while (strlen(type->code) != 4);
	return span_cstr(type->code);
}

static struct span make_span(struct maker *m, const struct field *f)
{
	switch ((enum kind)f->kind) {
	case KIND_TEXT:
		return text(m, f->bound, false);
	case KIND_SEAL:
		return m->posted ? text(m, f->bound, true) : bytes(m, 59 + pick(m, f->bound));
	case KIND_BYTES:
		return bytes(m, f->bound);
	case KIND_HASH:
		return bytes(m, 32);
	case KIND_PLACE:
		return place(m, 3);
	case KIND_UNIT:
		return unit(m);
	case KIND_CASE:
		return case_id(m);
	case KIND_TYPE:
		return case_type(m);
	default:
		return ascii(m, f->bound);
	}
}

static int64_t make_number(struct maker *m, const struct field *f)
{
	int64_t any = (int64_t)m->source->next(m->source->state);

	switch ((enum kind)f->kind) {
	case KIND_TIME:
		return (int64_t)pick(m, UINT64_C(2000000000000000)) - 1000000000;
	case KIND_DAY:
		return civil_yyyymmdd((int32_t)pick(m, 30000));
	case KIND_INT:
		return f->bound ? (int64_t)pick(m, 2 * (uint64_t)f->bound + 1) - f->bound
				: any >> pick(m, 64);
	case KIND_UINT:
		return f->bound ? (int64_t)pick(m, (uint64_t)f->bound + 1)
				: (int64_t)((uint64_t)any >> pick(m, 64));
	case KIND_BOOL:
		return any & 1;
	default:
		return 1 + (int64_t)pick(m, codes_list(member_codes(f))->count - 1u);
	}
}

static void make_member(struct maker *m, const struct field *f, void *object)
{
	enum member_shape shape = member_shape((enum kind)f->kind);
	unsigned count = f->list_max ? 1 + (unsigned)pick(m, f->list_max) : 1;

	if (f->need != NEED_REQUIRED && pick(m, 2)) {
		return;
	}
	if (m->posted && f->need > NEED_OPTIONAL) {
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		if (shape == MEMBER_TEXT || shape == MEMBER_BYTES) {
			*(struct span *)member_at(f, object, i) = make_span(m, f);
		} else {
			member_set_int(f, object, i, make_number(m, f));
		}
	}
	member_set_count(f, object, (uint8_t)count);
}

static struct span list_subject(struct maker *m, struct list_item_set *item)
{
	/* Code and scope must fit into a subject together. */
	item->code = span_first(item->code, 20);
	return arena_printf(m->arena, "list:%s:%.*s%s%.*s",
			    codes_get(CODES_list_kind, item->list)->name, SPAN_ARGS(item->code),
			    item->has_scope ? ":" : "", item->has_scope ? (int)item->scope.n : 0,
			    item->has_scope ? (const char *)item->scope.p : "");
}

static struct span subject(struct maker *m, struct event *ev)
{
	const char *name = event_schema(ev->type)->name;
	char code[PLACE_MAX_BYTES];

	switch (ev->type) {
	case EVENT_place_registered:
	case EVENT_place_changed:
		return arena_printf(m->arena, "place:%.*s", (int)a_place(m, 1, 7, code), code);
	case EVENT_unit_registered:
	case EVENT_policy_set:
	case EVENT_calendar_set:
	case EVENT_profile_set:
		return arena_printf(m->arena, "%.*s:x%u", (int)strcspn(name, "_"), name,
				    (unsigned)pick(m, 1000));
	case EVENT_list_item_set:
		return list_subject(m, &ev->data.list_item_set);
	case EVENT_clock_advanced:
	case EVENT_clock_confirmed:
	case EVENT_went_live:
	case EVENT_position_repaired:
		return SPAN("clock");
	default:
		return case_id(m);
	}
}

enum err random_event_make(struct random_event_source *source,
			   enum event_type type,
			   bool posted,
			   struct arena *arena,
			   struct event *ret_ev)
{
	const struct schema *schema = event_schema(type);
	struct maker m = {source, arena, posted, false};
	size_t count;
	const struct field *env = event_envelope_fields(&count);

	*ret_ev = (struct event){.type = type};
	for (size_t i = 0; i < count; i++) {
		make_member(&m, &env[i], &ret_ev->env);
	}
	for (unsigned i = 0; i < schema->field_count; i++) {
		make_member(&m, &schema->fields[i], &ret_ev->data);
	}
	EVENT_SET(ret_ev->env, subject, subject(&m, ret_ev));
	if (type == EVENT_case_reported) {
		EVENT_SET(ret_ev->env, place, place(&m, 3));
		/* A point has both. */
		ret_ev->data.case_reported.has_lon_e6 &= ret_ev->data.case_reported.has_lat_e6;
		ret_ev->data.case_reported.has_lat_e6 = ret_ev->data.case_reported.has_lon_e6;
	}
	return m.failed || !ret_ev->env.subject.p ? ERR_NOMEM : ERR_OK;
}
