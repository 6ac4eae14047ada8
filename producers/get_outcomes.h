/* get_outcomes.h: /v1/outcomes for reference data, which have no timeline. */
#ifndef GOVBUS_PRODUCERS_GET_OUTCOMES_H
#define GOVBUS_PRODUCERS_GET_OUTCOMES_H

#include "producers/http.h"

/** Answers what became of an action about a place, a unit, a list…; a problem if that is none, or the token may not know. */
void get_outcomes_reference(struct http_request *request,
			    struct span subject,
			    struct span source,
			    struct span id);

#endif
