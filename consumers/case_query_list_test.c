/* case_query_list_test.c: lists against a naive filter over all cases; paging while they change; cursors that are not this list's. */
#include "tests/support/cmocka_all.h"

#include <stdio.h>

#include "common/civil.h"
#include "common/partition.h"
#include "consumers/overlay.h"
#include "projections/case_query.h"
#include "projections/case_status.h"
#include "projections/case_status_tables.h"
#include "schemas/codes.h"
#include "tests/support/folder.h"

enum { CASES = 700, START = 500, SHARDS = 3, LISTS = 1500, DUE_US = 1000000, ID_BYTES = 16 };

static const char *const PLACES[] = {"530102",       "530102003",    "530102003001",
				     "530111002",    "530111002001", "530111002001007",
				     "532323101001", "532323102",    "530300001"};
static const char *const UNITS[] = {"centre:530102", "grid:530111002001007", "centre:53",
				    "unit:roads",    "unit:water",           "unit:road"};
static const char *const TYPES[] = {"MD01", "MD02", "UM01", "UM11"};

/* A case as anybody would keep it. */
struct naive {
	struct case_id id;
	char number[ID_BYTES]; /* the sender's */
	const char *place, *owner, *lead, *assist, *type, *source;
	uint8_t state;
	int64_t due_us, step_due_us, hold_until_us;
	int shard, seen;
};

static struct fixture {
	char folder[FOLDER_PATH_BYTES];
	struct kv *kv[SHARDS];
	struct overlay *overlay[SHARDS];
	struct kv_txn txns[SHARDS];
	struct case_query query;
	struct naive cases[CASES];
	int n;
	const struct naive *last; /* visited */
	bool still;               /* nothing changes between pages */
} fixture;
static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static int64_t draw_due(void)
{
	return draw(4) ? (1 + draw(50)) * DUE_US : 0;
}

static void change(struct naive *one)
{
	one->state = (uint8_t)(CODE_case_state_RP + draw(9));
	one->due_us = draw_due();
	one->step_due_us = draw_due();
	one->hold_until_us = one->state == CODE_case_state_HO ? draw_due() : 0;
	one->lead = draw(2) ? UNITS[draw(6)] : "";
	one->assist = draw(4) ? "" : UNITS[draw(6)];
	one->owner = UNITS[draw(3)];
}

static void put(const struct naive *one)
{
	struct case_row row = {.owner = span_cstr(one->owner),
			       .lead_unit = span_cstr(one->lead),
			       .title = SPAN("t"),
			       .source = span_cstr(one->source),
			       .id = span_cstr(one->number)};
	uint8_t bytes[CASE_ROW_MAX_BYTES];

	row.fixed.seq = 1;
	row.fixed.state = one->state;
	row.fixed.case_due.due_us = one->due_us;
	row.fixed.step_due.due_us = one->step_due_us;
	row.fixed.hold_until_us = one->hold_until_us;
	row.assist[0] = span_cstr(one->assist);
	row.n_assist = *one->assist != 0;
	memcpy(row.fixed.type_code, one->type, 4);
	memcpy(row.fixed.place, one->place, strlen(one->place));
	case_row_origin(row.source, row.id, row.fixed.origin);
	size_t n = case_row_write(&row, bytes);

	assert_true(n > 0);
	view_put(overlay_view(fixture.overlay[one->shard]), CASE_STATUS_CASE,
		 span_of(one->id.key, CASE_ID_KEY_BYTES), span_of(bytes, n));
}

static void add(void)
{
	struct naive *one = &fixture.cases[fixture.n];
	int number = fixture.n++;

	/* Every number is sent twice: by two sources, or for two places. */
	snprintf(one->number, sizeof one->number, "n-%d", number / 2);
	one->place = PLACES[draw(sizeof PLACES / sizeof *PLACES)];
	one->type = TYPES[draw(sizeof TYPES / sizeof *TYPES)];
	one->source = draw(3) ? "/a" : "/b";
	one->id = case_id_of_report(span_cstr(one->place), number * CIVIL_DAY_US,
				    span_cstr(one->source), span_cstr(one->number));
	one->shard = partition_of_key(span_first(span_cstr(one->place), 6), LIMIT_CASE_PARTITIONS) %
		     SHARDS;
	change(one);
	put(one);
}

/* What was put is committed, and read from now on. */
static void commit(void)
{
	for (int i = 0; i < SHARDS; i++) {
		struct kv_txn txn = {0};

		kv_txn_abort(&fixture.txns[i]);
		overlay_freeze(fixture.overlay[i]);
		assert_int_equal(kv_txn_begin(fixture.kv[i], true, &txn), ERR_OK);
		overlay_write(fixture.overlay[i], overlay_closed(fixture.overlay[i]), &txn);
		assert_int_equal(kv_txn_commit(&txn), ERR_OK);
		overlay_committed(fixture.overlay[i]);
		assert_int_equal(kv_txn_begin(fixture.kv[i], false, &fixture.txns[i]), ERR_OK);
	}
}

static int set_up(void **state)
{
	const char *names[LIMIT_KV_TABLES + 1] = {0};
	char dir[FOLDER_PATH_BYTES + 16];
	struct kv_config config = {
		.dir = dir, .mode = KV_WRITE, .names = names, .map_bytes = 64 << 20};

	(void)state;
	fixture = (struct fixture){.query = {fixture.txns, SHARDS}};
	seed = 7;
	overlay_kv_names(case_status_tables, names, LIMIT_KV_TABLES);
	assert_true(folder_make("lists", fixture.folder));
	for (int i = 0; i < SHARDS; i++) {
		snprintf(dir, sizeof dir, "%s/%d", fixture.folder, i);
		assert_int_equal(kv_open(&config, &fixture.kv[i]), ERR_OK);
		assert_int_equal(
			overlay_new(case_status_tables, fixture.kv[i], 0, &fixture.overlay[i]),
			ERR_OK);
	}
	while (fixture.n < START) {
		add();
	}
	commit();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < SHARDS; i++) {
		kv_txn_abort(&fixture.txns[i]);
		overlay_free(fixture.overlay[i]);
		kv_close(fixture.kv[i]);
	}
	return folder_remove(fixture.folder) ? 0 : -1;
}

static bool starts(const char *text, struct span with)
{
	return strlen(text) >= with.n && strncmp(text, (const char *)with.p, with.n) == 0;
}

static bool same(const char *text, struct span other)
{
	return strlen(text) == other.n && starts(text, other);
}

static int64_t next_of(const struct naive *one)
{
	int64_t due = one->due_us;

	if (one->state == CODE_case_state_HO) {
		return one->hold_until_us;
	}
	if (!due || (one->step_due_us && one->step_due_us < due)) {
		due = one->step_due_us;
	}
	return due;
}

static bool is_open(const struct naive *one)
{
	return one->state >= CODE_case_state_RP && one->state <= CODE_case_state_VE;
}

static bool fits(const struct case_query_filter *filter, const struct naive *one)
{
	int64_t due = next_of(one);

	return (!filter->place.n || starts(one->place, filter->place)) &&
	       (!filter->unit.n || same(one->owner, filter->unit) ||
		same(one->lead, filter->unit) || same(one->assist, filter->unit)) &&
	       (!filter->type_code.n || starts(one->type, filter->type_code)) &&
	       (!filter->state || one->state == filter->state) &&
	       (!filter->source.n ||
		(same(one->source, filter->source) && same(one->number, filter->id))) &&
	       (!filter->due_before_us || (is_open(one) && due && due < filter->due_before_us));
}

static struct naive *naive_of(const struct case_id *id)
{
	for (int i = 0; i < fixture.n; i++) {
		if (memcmp(fixture.cases[i].id.key, id->key, CASE_ID_KEY_BYTES) == 0) {
			return &fixture.cases[i];
		}
	}
	return NULL;
}

/* Where deadlines order a list: open before closed for a unit, then what comes next, nothing last. */
static bool is_ordered(const struct case_query_filter *filter)
{
	return !filter->source.n &&
	       (filter->unit.n || filter->due_before_us || (filter->state && filter->place.n > 6));
}

static void check_order(const struct case_query_filter *filter, const struct naive *one)
{
	const struct naive *before = fixture.last;
	int64_t next = next_of(one);
	bool unit = filter->unit.n > 0;

	fixture.last = one;
	if (!before || !is_ordered(filter) || (unit && is_open(before) && !is_open(one))) {
		return;
	}
	assert_true(!unit || is_open(before) == is_open(one));
	assert_true(!next || (next_of(before) && next_of(before) <= next));
}

static bool on_case(void *context, const struct case_id *id, const struct case_row *row)
{
	struct naive *one = naive_of(id);

	if (fixture.still) {
		check_order(context, one);
	}

	assert_non_null(one);
	assert_int_equal(row->fixed.state, one->state);
	assert_true(fits(context, one));
	one->seen++;
	return true;
}

static void forget(void)
{
	fixture.last = NULL;
	for (int i = 0; i < fixture.n; i++) {
		fixture.cases[i].seen = 0;
	}
}

/* One page; moves the filter's cursor on. @return whether another follows */
static bool page(struct case_query_filter *filter, uint8_t cursor[CASE_QUERY_CURSOR_BYTES])
{
	uint8_t next[CASE_QUERY_CURSOR_BYTES];
	size_t n = case_query_list(&fixture.query, filter, on_case, filter, next);

	memcpy(cursor, next, n);
	filter->cursor = span_of(cursor, n);
	assert_true(case_query_list_cursor_fits(filter));
	return n > 0;
}

static struct span one_of(const char *const *texts, size_t n)
{
	return span_cstr(texts[draw((uint32_t)n)]);
}

/* Each part of a filter is there or not: all combinations come up. */
static struct case_query_filter draw_filter(uint32_t parts)
{
	static const char *const AREAS[] = {"53",        "5301",      "530102",
					    "530102003", "530111002", "530111002001007",
					    "5323",      "531",       "532323101001"};
	static const char *const KINDS[] = {"M", "MD", "MD02", "UM1", "ZZ"};
	struct case_query_filter filter = {.limit = 1 + (int)draw(CASE_QUERY_LIMIT)};

	if (parts & 1) {
		filter.place = one_of(AREAS, sizeof AREAS / sizeof *AREAS);
	}
	if (parts & 2) {
		filter.state = (uint8_t)(CODE_case_state_RP + draw(9));
	}
	if (parts & 4) {
		filter.type_code = one_of(KINDS, sizeof KINDS / sizeof *KINDS);
	}
	if (parts & 8) {
		filter.unit = one_of(UNITS, sizeof UNITS / sizeof *UNITS);
	}
	if (parts & 16) {
		filter.due_before_us = (1 + draw(60)) * DUE_US;
	}
	if (parts & 32) {
		const struct naive *one = &fixture.cases[draw((uint32_t)fixture.n)];

		filter.source = draw(5) ? span_cstr(one->source) : SPAN("/nobody");
		filter.id = span_cstr(one->number);
	}
	return filter;
}

/* Whatever is asked for together, and however it is cut into pages, the list has each case that a naive filter finds, once, in its order. */
static void test_naive(void **state)
{
	uint8_t cursor[CASE_QUERY_CURSOR_BYTES];
	int found = 0;

	(void)state;
	fixture.still = true;
	for (int i = 0; i < LISTS; i++) {
		struct case_query_filter filter = draw_filter((uint32_t)i % 64);

		forget();
		while (page(&filter, cursor)) {
		}
		for (int j = 0; j < fixture.n; j++) {
			found += fits(&filter, &fixture.cases[j]);
			assert_int_equal(fixture.cases[j].seen, fits(&filter, &fixture.cases[j]));
		}
	}
	assert_true(found > LISTS);
}

/* While cases change and are added between the pages, a list without deadlines has no case twice, and each that fits all along. */
static void walk_moving(uint32_t parts)
{
	struct case_query_filter filter = draw_filter(parts);
	uint8_t cursor[CASE_QUERY_CURSOR_BYTES];
	bool always[CASES] = {0}, more;
	int began = fixture.n;

	if (filter.state && filter.place.n > 6) {
		filter.place = span_first(filter.place, 6);
	}
	filter.limit = 1 + (int)draw(40);
	for (int i = 0; i < began; i++) {
		always[i] = fits(&filter, &fixture.cases[i]);
	}
	forget();
	do {
		more = page(&filter, cursor);
		for (int i = 0; i < 40; i++) {
			struct naive *one = &fixture.cases[draw((uint32_t)fixture.n)];

			change(one);
			put(one);
			always[one - fixture.cases] &= fits(&filter, one);
		}
		if (fixture.n < CASES && draw(8) == 0) {
			add();
		}
		commit();
	} while (more);
	for (int i = 0; i < fixture.n; i++) {
		assert_true(fixture.cases[i].seen <= 1);
		assert_true(i >= began || !always[i] || fixture.cases[i].seen == 1);
	}
}

static void test_moving(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 40; i++) {
		walk_moving(i % 8); /* place, state, type */
	}
	assert_true(fixture.n > START);
}

static bool fits_cursor(struct case_query_filter filter, const uint8_t *cursor, size_t n)
{
	uint8_t next[CASE_QUERY_CURSOR_BYTES];

	filter.cursor = span_of(cursor, n);
	if (case_query_list_cursor_fits(&filter)) {
		return true;
	}
	forget();
	assert_int_equal(case_query_list(&fixture.query, &filter, on_case, &filter, next), 0);
	for (int i = 0; i < fixture.n; i++) {
		assert_int_equal(fixture.cases[i].seen, 0);
	}
	return false;
}

/* A cursor goes on with the list that gave it, whatever the limit; cut off, changed or of another list it is refused, and shows nothing. */
static void test_cursors(void **state)
{
	uint8_t cursor[CASE_QUERY_CURSOR_BYTES + 1] = {0}, changed[CASE_QUERY_CURSOR_BYTES + 1];

	(void)state;
	for (uint32_t parts = 0; parts < 32; parts++) {
		struct case_query_filter filter = draw_filter(parts),
					 other = draw_filter(parts ^ 1);

		filter.limit = 1;
		if (!page(&filter, cursor)) {
			continue;
		}
		size_t n = filter.cursor.n;

		filter.limit = other.limit = 7;
		assert_true(fits_cursor(filter, cursor, n));
		assert_false(fits_cursor(other, cursor, n));
		assert_false(fits_cursor(filter, cursor, n + 1));
		assert_false(fits_cursor(filter, cursor, sizeof cursor));
		for (size_t i = 1; i < n; i++) {
			assert_false(fits_cursor(filter, cursor, i));
		}
		for (size_t i = 0; i < n; i++) {
			memcpy(changed, cursor, n);
			changed[i] ^= (uint8_t)(1u << draw(8));
			assert_false(fits_cursor(filter, changed, n));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_naive, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_moving, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cursors, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
