/* case_register_rows.h: the case register's tables: their keys and rows. */
#ifndef GOVBUS_PROJECTIONS_CASE_REGISTER_ROWS_H
#define GOVBUS_PROJECTIONS_CASE_REGISTER_ROWS_H

#include "projections/case_state.h"
#include "projections/projection.h"

/* Table numbers of the register's view. */
enum {
	CASE_REGISTER_ROWS_CASE, /* case id -> struct case_state, less unused assisting units */
	CASE_REGISTER_ROWS_BOUND, /* case id, hash of source and id -> struct case_bound: accepted actions, until archived */
	CASE_REGISTER_ROWS_REPORT, /* county, hash of source and id -> case id and struct case_bound: for ever (protocol 7) */
	CASE_REGISTER_ROWS_OPEN, /* case id -> nothing: the cases that have deadlines or timers, or a window to be restated */
};

/* What an accepted action is bound to. */
struct case_bound {
	uint8_t digest[16];
	uint32_t seq;
	uint8_t to; /* enum code_case_state */
	uint8_t spare[3];
};

/** The tables, ending with a NULL name. */
extern const struct table case_register_rows_tables[];

/** Reads a case. @return false when absent or when the view failed; the state is zero then. @thread the view's, as all here */
bool case_register_rows_get(struct view *view,
			    const struct case_id *id,
			    struct case_state *ret_state);

/** Writes a case's state whole. A failure stays in the view. */
void case_register_rows_put(struct view *view,
			    const struct case_id *id,
			    const struct case_state *state);

/** Marks a case as open or not. */
void case_register_rows_put_open(struct view *view, const struct case_id *id, bool open);

/** Binds an action's source and id: a report's to its county for ever, others' to their case. */
void case_register_rows_bind(struct view *view, const struct case_id *id, const struct event *ev);

/** Looks up what an action's source and id are bound to: within its case, whose report counts; a report's within its county. @return false: to nothing */
bool case_register_rows_bound(struct view *view,
			      const struct event *action,
			      struct case_bound *ret_bound);

/** The case an action is about: its subject's, or the one that a report gets. @return false if it names none */
bool case_register_rows_id(const struct event *action, struct case_id *ret_id);

/** Hash of a source: "the same source" without keeping its name. */
uint64_t case_register_rows_source_hash(struct span source);

/** Copies text into a field, cut to it, zero-filled. */
void case_register_rows_copy(char *to, size_t room, struct span text);

#endif
