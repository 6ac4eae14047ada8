/* read_rights.h: which cases and places a token may read (answers 8). */
#ifndef GOVBUS_PRODUCERS_GATEWAY_READ_RIGHTS_H
#define GOVBUS_PRODUCERS_GATEWAY_READ_RIGHTS_H

#include "producers/gateway/door_rights.h"
#include "producers/gateway/http.h"
#include "projections/case_row.h"

/**
 * Whether the token may read a case: its place covers where it was filed, its owner, or the seat of the lead or an assisting
 * unit; or its own unit is one of these.
 * @param seat  where registered units sit; NULL: only those whose id names their place are known
 * @thread any
 */
bool read_rights_case(const struct token *token,
		      const struct case_row *row,
		      door_rights_seat *seat,
		      void *seat_context);

/** Whether the token may read what is counted for a place: it covers it. */
bool read_rights_place(const struct token *token, struct span place);

/** As these, and notes in the request that it may be answered (rule COVERED); a problem is answered otherwise. @return whether to go on */
bool read_rights_allow_case(struct http_request *request, const struct case_row *row);

/** As read_rights_allow_case, for what is counted for a place. @param place its code */
bool read_rights_allow_place(struct http_request *request, struct span place);

/** As read_rights_case, for one row of a list. */
bool read_rights_row(struct http_request *request, const struct case_row *row);

/** What the handler itself bounds row by row (lists). */
void read_rights_allow_bounded(struct http_request *request);

#endif
