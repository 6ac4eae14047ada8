/* read_rights.h: which cases and places a token may read (answers 8). */
#ifndef GOVBUS_PRODUCERS_GATEWAY_READ_RIGHTS_H
#define GOVBUS_PRODUCERS_GATEWAY_READ_RIGHTS_H

#include "producers/gateway/door_rights.h"
#include "producers/gateway/http.h"
#include "projections/case_row.h"

/* The place whose centre acts for a place today: itself while it is in force. @return borrowed from the reference data, or the place */
typedef struct span read_rights_standing(void *context, struct span place);

/* What reference data tell about units and places; a member that is NULL tells nothing. */
struct read_rights_reference {
	door_rights_seat *
		seat; /* where registered units sit; else only those whose id names their place are known */
	read_rights_standing *
		standing; /* who follows a place that is no longer in force; else every place is taken to be */
	void *context; /* of both */
};

/**
 * Whether the token may read a case: its place covers where it was filed, its owner, or the seat of the lead or an assisting
 * unit; or its own unit is one of these. Where such a place is no longer in force, who covers the one that follows it may too.
 * @thread any
 */
bool read_rights_case(const struct token *token,
		      const struct case_row *row,
		      const struct read_rights_reference *reference);

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
