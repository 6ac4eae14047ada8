/* memory_view.h: a view over rows in memory, for tests: plain, slow to scan, and an oracle for cleverer ones. */
#ifndef GOVBUS_TESTS_SUPPORT_MEMORY_VIEW_H
#define GOVBUS_TESTS_SUPPORT_MEMORY_VIEW_H

#include "common/buf.h"
#include "projections/projection.h"

struct memory_view;

/**
 * An empty view. Plants the mutant that the environment names: the guard GOVBUS_MUTANT then lets everything pass (guards.h).
 * @param tables ends with a NULL name; borrowed. NULL: indexes cannot be asked for
 * @return NULL when out of memory @thread one at a time, as all here
 */
struct memory_view *memory_view_new(const struct table *tables);
void memory_view_free(struct memory_view *memory);

/** What handlers and registers are given; borrowed. view_add of a key that is there is a BUG. */
struct view *memory_view_view(struct memory_view *memory);

/** Number of rows of a table. */
size_t memory_view_count(const struct memory_view *memory, int table);

/** Visits the entries of an index whose index key begins with prefix, in key order; value: the row's primary key. Computed anew each time. */
void memory_view_scan_index(struct memory_view *memory,
			    int table,
			    int index,
			    struct span prefix,
			    view_visit *visit,
			    void *context);

#endif
