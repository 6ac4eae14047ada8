/* overlay_parts.h: what the parts of the overlay share; others include consumers/overlay.h. */
#ifndef GOVBUS_CONSUMERS_OVERLAY_PARTS_H
#define GOVBUS_CONSUMERS_OVERLAY_PARTS_H

#include "consumers/generation.h"
#include "consumers/overlay.h"

/* A table as the overlay sees it. */
struct overlay_table {
	int kv_table; /* its indexes follow */
	int n_indexes;
	bool findable; /* rows that are added get a slot at once: this table has been asked for */
	uint64_t rows, pages, index_pages; /* in the environment, as of the last commit */
};

struct overlay {
	struct view view; /* first: the view is the overlay */
	const struct table *tables;
	int n_tables;
	struct overlay_table info[LIMIT_KV_TABLES];
	struct kv *kv;
	struct kv_txn read;
	struct generation *newest; /* linked to the older ones */
	struct generation *spare;
	struct generation *memory; /* without an environment: what is committed */
	uint64_t frozen;
};

/** The oldest frozen generation, NULL when there is none. */
struct generation *overlay_write_oldest(const struct overlay *overlay);

#endif
