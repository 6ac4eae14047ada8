/* case_register_rows.c: the case register's tables: their keys and rows. */
#include "projections/case_register_rows.h"

#include <assert.h>
#include <sodium.h>

#include "common/partition.h"

enum { HASH_BYTES = 16, COUNTY_KEY_BYTES = 3, ASSIST_BYTES = LIMIT_UNIT_BYTES + 1 };

/* What stands in a report's row. */
struct report_row {
	uint8_t case_key[CASE_ID_KEY_BYTES];
	uint8_t spare[2];
	struct case_bound bound;
};

_Static_assert(sizeof(struct case_bound) == 24, "goes to disk");
_Static_assert(sizeof(struct report_row) == 40, "goes to disk");
_Static_assert(sizeof(struct case_state) == 824, "goes to disk");
_Static_assert(offsetof(struct case_state, assist) == 496, "goes to disk");

/* Every key begins with the county, as a case id does. Rows come by county: at a start every open case is asked for by every partition. */
static int partition_of(struct span key, int partitions)
{
	static _Thread_local struct {
		struct case_id id;
		int partitions, partition;
	} last;
	struct case_id id = {0};
	char county[7];

	memcpy(id.key, key.p, key.n < COUNTY_KEY_BYTES ? key.n : COUNTY_KEY_BYTES);
	if (last.partitions != partitions || memcmp(&last.id, &id, sizeof(id)) != 0) {
		case_id_county(&id, county);
		last.partition = partition_of_key(span_cstr(county), partitions);
		last.partitions = partitions;
		last.id = id;
	}
	return last.partition;
}

const struct table case_register_rows_tables[] = {
	[CASE_REGISTER_ROWS_CASE] = {.name = "case", .partition_of = partition_of},
	[CASE_REGISTER_ROWS_BOUND] = {.name = "bound", .partition_of = partition_of},
	[CASE_REGISTER_ROWS_REPORT] = {.name = "report", .partition_of = partition_of},
	[CASE_REGISTER_ROWS_OPEN] = {.name = "open", .partition_of = partition_of},
	{0},
};

void case_register_rows_copy(char *to, size_t room, struct span text)
{
	size_t n = text.n < room ? text.n : room - 1;

	/* The text may be part of the field itself. */
	if (n) {
		memmove(to, text.p, n);
	}
	memset(to + n, 0, room - n);
}

static struct span case_key(const struct case_id *id)
{
	return span_of(id->key, sizeof(id->key));
}

bool case_register_rows_get(struct view *view,
			    const struct case_id *id,
			    struct case_state *ret_state)
{
	struct span row;

	memset(ret_state, 0, sizeof(*ret_state));
	if (!view_get(view, CASE_REGISTER_ROWS_CASE, case_key(id), &row)) {
		return false;
	}
	if (row.n < offsetof(struct case_state, assist) || row.n > sizeof(*ret_state)) {
		view->err = ERR_STORE;
		return false;
	}
	memcpy(ret_state, row.p, row.n);
	return true;
}

void case_register_rows_put(struct view *view,
			    const struct case_id *id,
			    const struct case_state *state)
{
	size_t n = offsetof(struct case_state, assist) + state->n_assist * sizeof(state->assist[0]);

	view_put(view, CASE_REGISTER_ROWS_CASE, case_key(id), span_of(state, n));
}

void case_register_rows_put_open(struct view *view, const struct case_id *id, bool open)
{
	if (open) {
		view_put(view, CASE_REGISTER_ROWS_OPEN, case_key(id), SPAN(""));
	} else {
		view_del(view, CASE_REGISTER_ROWS_OPEN, case_key(id));
	}
}

enum { PAIR_BYTES = 2 + LIMIT_SOURCE_BYTES + LIMIT_ID_BYTES };

/* The last hashes made on this thread: an action's pair and its source are hashed again and again on the way to the outcome. */
struct hashed {
	size_t n;
	uint8_t bytes[PAIR_BYTES], hash[HASH_BYTES];
};

/* Each part after its length, so that no two pairs run together. */
static void hash_of(struct span source, struct span id, uint8_t ret_hash[HASH_BYTES])
{
	static _Thread_local struct hashed last[2]; /* sources alone, and pairs */
	struct hashed *hashed = &last[id.n > 0];
	uint8_t bytes[PAIR_BYTES];
	size_t n = 1 + source.n;

	assert(source.n <= LIMIT_SOURCE_BYTES && id.n <= LIMIT_ID_BYTES);
	bytes[0] = (uint8_t)source.n;
	memcpy(bytes + 1, source.p, source.n);
	bytes[n++] = (uint8_t)id.n;
	if (id.n) {
		memcpy(bytes + n, id.p, id.n);
	}
	n += id.n;
	if (hashed->n != n || memcmp(hashed->bytes, bytes, n) != 0) {
		crypto_generichash(hashed->hash, HASH_BYTES, bytes, n, NULL, 0);
		memcpy(hashed->bytes, bytes, n);
		hashed->n = n;
	}
	memcpy(ret_hash, hashed->hash, HASH_BYTES);
}

uint64_t case_register_rows_source_hash(struct span source)
{
	uint8_t hash[HASH_BYTES];
	uint64_t value;

	hash_of(source, (struct span){0}, hash);
	memcpy(&value, hash, sizeof(value));
	return value;
}

static struct span bound_key(const struct case_id *id, const struct event *ev, uint8_t *ret_key)
{
	memcpy(ret_key, id->key, CASE_ID_KEY_BYTES);
	hash_of(ev->env.source, ev->env.id, ret_key + CASE_ID_KEY_BYTES);
	return span_of(ret_key, CASE_ID_KEY_BYTES + HASH_BYTES);
}

static struct span report_key(const struct case_id *id, const struct event *ev, uint8_t *ret_key)
{
	memcpy(ret_key, id->key, COUNTY_KEY_BYTES);
	hash_of(ev->env.source, ev->env.id, ret_key + COUNTY_KEY_BYTES);
	return span_of(ret_key, COUNTY_KEY_BYTES + HASH_BYTES);
}

void case_register_rows_bind(struct view *view, const struct case_id *id, const struct event *ev)
{
	uint8_t key[CASE_ID_KEY_BYTES + HASH_BYTES];
	struct report_row row = {.bound = {.seq = (uint32_t)ev->env.seq, .to = ev->env.to}};

	if (ev->env.has_digest && ev->env.digest.n == sizeof(row.bound.digest)) {
		memcpy(row.bound.digest, ev->env.digest.p, sizeof(row.bound.digest));
	}
	if (ev->type == EVENT_case_reported) {
		memcpy(row.case_key, id->key, sizeof(row.case_key));
		view_add(view, CASE_REGISTER_ROWS_REPORT, report_key(id, ev, key),
			 span_of(&row, sizeof(row)));
	} else {
		view_add(view, CASE_REGISTER_ROWS_BOUND, bound_key(id, ev, key),
			 span_of(&row.bound, sizeof(row.bound)));
	}
}

/* The report of an action's source and id in the county of a case. */
static bool find_report(struct view *view,
			const struct case_id *id,
			const struct event *action,
			struct report_row *ret_row)
{
	uint8_t key[COUNTY_KEY_BYTES + HASH_BYTES];
	struct span row;

	if (!view_get(view, CASE_REGISTER_ROWS_REPORT, report_key(id, action, key), &row) ||
	    row.n != sizeof(*ret_row)) {
		return false;
	}
	memcpy(ret_row, row.p, sizeof(*ret_row));
	return true;
}

bool case_register_rows_bound(struct view *view,
			      const struct event *action,
			      struct case_bound *ret_bound)
{
	uint8_t key[CASE_ID_KEY_BYTES + HASH_BYTES];
	bool report = action->type == EVENT_case_reported;
	struct report_row reported;
	struct case_id id;
	struct span row;

	if (!case_register_rows_id(action, &id)) {
		return false;
	}
	if (!report &&
	    view_get(view, CASE_REGISTER_ROWS_BOUND, bound_key(&id, action, key), &row) &&
	    row.n == sizeof(*ret_bound)) {
		memcpy(ret_bound, row.p, sizeof(*ret_bound));
		return true;
	}
	/* The report took its pair within its own case too. */
	if (!find_report(view, &id, action, &reported) ||
	    (!report && memcmp(reported.case_key, id.key, sizeof(id.key)) != 0)) {
		return false;
	}
	*ret_bound = reported.bound;
	return true;
}

bool case_register_rows_id(const struct event *action, struct case_id *ret_id)
{
	if (action->type == EVENT_case_reported) {
		struct span place = place_normalise(action->env.place);

		if (!action->env.has_place || !place_valid(place) || place.n < PLACE_COUNTY_BYTES) {
			return false;
		}
		*ret_id = case_id_of_report(place, action->env.time, action->env.source,
					    action->env.id);
		return true;
	}
	return action->env.has_subject && case_id_parse(action->env.subject, ret_id);
}
