/* projection.h: what a projection is: a constant with tables, declared indexes and handlers. */
#ifndef GOVBUS_PROJECTIONS_PROJECTION_H
#define GOVBUS_PROJECTIONS_PROJECTION_H

#include "common/buf.h"
#include "common/kv.h"
#include "common/limits.h"
#include "projections/view.h"
#include "schemas/event.h"

/* Where a valid record stands: handlers may use its order, never store its offset (dumps hold none). */
struct place_in_log {
	int64_t offset;
	int64_t tick; /* minute of the last tick of this partition at or before it; 0 before the first */
	int partition;
};

/**
 * The key of a row in an index; the runtime moves entries when it changes.
 * @param ret_key room for LIMIT_KEY_BYTES
 * @return its length; 0: the row is not in this index
 */
typedef size_t index_key(struct span key, struct span row, uint8_t *ret_key);

enum { PROJECTION_KEYS = 10 }; /* entries of one row in one index */

/* The keys of a row in an index that may name it more than once; all differ. */
struct index_keys {
	int n;
	size_t lengths[PROJECTION_KEYS];
	uint8_t keys[PROJECTION_KEYS][LIMIT_KEY_BYTES];
};

/** As index_key, of an index with several entries a row. @param ret_keys n is 0 */
typedef void index_keys_of(struct span key, struct span row, struct index_keys *ret_keys);

struct index {
	const char *name;  /* a table of its own: index key -> primary key */
	index_key *key_of; /* one of both */
	index_keys_of *keys_of;
};

/** The keys of a row in an index. @thread any */
void projection_keys(const struct index *index,
		     struct span key,
		     struct span row,
		     struct index_keys *ret_keys);

/** The i-th key. @thread any */
struct span projection_key(const struct index_keys *keys, int i);

struct table {
	const char *name;
	const struct index *indexes; /* ends with a NULL name; NULL: none */
	/* Which partition feeds the row of this key */
	int (*partition_of)(struct span key, int partitions);
};

/**
 * Folds one valid record: reads and writes rows of its own tables through the view, and nothing else.
 * @return OK, or why it cannot be applied: the event is then parked under its subject (all it wrote is undone)
 */
typedef enum err handler_apply(struct view *view,
			       const struct event *ev,
			       const struct place_in_log *at);

struct handler {
	enum event_type type; /* EVENT_NONE ends the list */
	handler_apply *apply;
};

/** Writes what is wrong with the tables, one line each. @return true if they agree with one another */
typedef bool projection_check(struct kv_txn *txn, struct buf *ret_problems);

struct projection {
	const char *name; /* "case-status": folder and group name */
	uint32_t version; /* raise on any change of rows: forces a rebuild */
	enum topic topic; /* the event topic it folds */
	/* Ends with a NULL name; number in the list = table number for the view */
	const struct table *tables;
	const struct handler *handlers;
	projection_check *check;
	/* The seq the projection holds for an event's subject (0: none yet): the runtime skips and parks by it. */
	int64_t (*seq_of)(struct view *view, const struct event *ev);
};

#endif
