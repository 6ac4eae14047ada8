/* case_status_tables.h: the tables of case-status, by number, and the keys of their indexes. */
#ifndef GOVBUS_PROJECTIONS_CASE_STATUS_TABLES_H
#define GOVBUS_PROJECTIONS_CASE_STATUS_TABLES_H

#include "projections/projection.h"

/* Tables by number, for views; and their indexes, for readers: their kv table numbers. */
enum case_status_table {
	CASE_STATUS_CASE,
	CASE_STATUS_TIMELINE,
	CASE_STATUS_ASKED,
	CASE_STATUS_BOARD,
	CASE_STATUS_OUTCOME,
	CASE_STATUS_TABLES
};
enum case_status_kv {
	CASE_STATUS_KV_CASE,
	CASE_STATUS_KV_BY_PLACE, /* town, or the place above, 0x00 state due id: all places of a town in one order of deadlines */
	CASE_STATUS_KV_BY_UNIT, /* unit 0x00 open/closed due id: each that owns, leads or assists */
	CASE_STATUS_KV_BY_DEADLINE, /* the nearer deadline of an open case, id: each open case has exactly one */
	CASE_STATUS_KV_BY_ORIGIN,  /* hash of the report's source and id, id */
	CASE_STATUS_KV_BY_RECEIPT, /* receipt code */
	CASE_STATUS_KV_TIMELINE,
	CASE_STATUS_KV_ASKED, /* refused reports without a case: id -> how many timeline rows */
	CASE_STATUS_KV_BOARD,
	CASE_STATUS_KV_OUTCOME, /* which lines that are no events, or late ones, an action left: nothing but keys (case_timeline.h) */
	CASE_STATUS_KV_TABLES
};

extern const struct table case_status_tables[];

#endif
