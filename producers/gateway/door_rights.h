/* door_rights.h: what a token may post: which functions, types, sources, units and places it speaks for (answers 8). */
#ifndef GOVBUS_PRODUCERS_GATEWAY_DOOR_RIGHTS_H
#define GOVBUS_PRODUCERS_GATEWAY_DOOR_RIGHTS_H

#include "producers/gateway/tokens.h"
#include "schemas/event.h"

/* Where a unit has its seat, as far as reference data tell. @return false: unknown */
typedef bool door_rights_seat(void *context, struct span unit, struct span *ret_place);

/**
 * Whether the token may post this event; if the event names no unit, the token's own is put in.
 * @param seat  for tokens with the right `units`; NULL: only units whose id names their place are known
 * @param ret_problem  filled when it may not
 * @return OK or DENIED
 * @thread any
 */
enum err door_rights_check(const struct token *token,
			   struct event *ev,
			   door_rights_seat *seat,
			   void *seat_context,
			   struct problem *ret_problem);

/** Whether the token's functions and types let it post this type. @thread any, as below */
bool door_rights_type(const struct token *token, enum event_type number);

/** Whether it may speak for a source: its prefix covers it, segment by segment. */
bool door_rights_source(const struct token *token, struct span source);

/** The functions of which one is needed to post a type, a bit each (1 << enum code_function); 0: nobody may post it through a door. */
uint16_t door_rights_functions(enum event_type type);

#endif
