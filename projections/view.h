/* view.h: how a handler or a register reads and writes rows: it sees tables and keys, never LMDB. */
#ifndef GOVBUS_PROJECTIONS_VIEW_H
#define GOVBUS_PROJECTIONS_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/span.h"

struct view;

/* Called for each row of a scan, in key order. @return false to stop */
typedef bool view_visit(void *context, struct span key, struct span value);

struct view_ops {
	bool (*get)(struct view *view, int table, struct span key, struct span *ret_value);
	void (*put)(struct view *view, int table, struct span key, struct span value);
	void (*add)(struct view *view, int table, struct span key, struct span value);
	void (*del)(struct view *view, int table, struct span key);
	void (*scan)(
		struct view *view, int table, struct span prefix, view_visit *visit, void *context);
};

/* The first member of whatever implements it (consumers/overlay.h). Remembers its first error. */
struct view {
	const struct view_ops *ops;
	enum err err;
};

/**
 * The row of a key.
 * @param ret_value borrowed; dead after the next put, add or del of this view, so copy what must outlive one
 * @return false when absent or when the view has failed (view->err)
 * @thread that of the view's owner, as all here
 */
static inline bool view_get(struct view *view, int table, struct span key, struct span *ret_value)
{
	return !view->err && view->ops->get(view, table, key, ret_value);
}

/** Puts or replaces a row; both are copied. */
static inline void view_put(struct view *view, int table, struct span key, struct span value)
{
	if (!view->err) {
		view->ops->put(view, table, key, value);
	}
}

/** Puts a row of a new key: the caller knows that there is none, so nothing is looked up. Such a table has no indexes. */
static inline void view_add(struct view *view, int table, struct span key, struct span value)
{
	if (!view->err) {
		view->ops->add(view, table, key, value);
	}
}

/** Deletes a row; an absent key is no error. */
static inline void view_del(struct view *view, int table, struct span key)
{
	if (!view->err) {
		view->ops->del(view, table, key);
	}
}

/** Visits the rows whose key begins with prefix, those of this batch included, in key order. Slow: for starts and checks. */
static inline void view_scan(
	struct view *view, int table, struct span prefix, view_visit *visit, void *context)
{
	if (!view->err) {
		view->ops->scan(view, table, prefix, visit, context);
	}
}

#endif
