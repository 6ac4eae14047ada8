/* disclosure.h: what an outcome tells of a case, which is only for those who may read that case; others learn that it was refused. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_DISCLOSURE_H
#define GOVBUS_PRODUCERS_GATEWAY_DISCLOSURE_H

#include "producers/gateway/batch.h"
#include "producers/gateway/http.h"

/**
 * Whether an outcome tells of a case that was there: refusals and dry runs do, except of a first report, of what has no case,
 * and of reference data. Who was accepted or repeated has done so itself.
 * @thread any, as all here
 */
bool disclosure_concerns(const struct event *outcome);

/**
 * An outcome for those who may not read its case: of a refusal or a dry run only what was asked, and whether it was refused.
 * The guard is UNDISCLOSED, whichever it was, but for those that are asked before the case is looked at; members that are new
 * are left out.
 * @param ret_bare  its texts borrow from the outcome
 */
void disclosure_bare(const struct event *outcome, struct event *ret_bare);

/**
 * Whether the token may read a case, as far as it is known without its row: who covers the county in which it was filed
 * covers the place too.
 */
bool disclosure_county(const struct token *token, const struct case_id *id);

/**
 * Opens those answers of a batch that the request's token may read whole; the others stay bare. The fold may be behind the
 * outcome, so that nobody can tell yet.
 * @return false: the request waits a moment, and its handler is called again
 * @thread the request's handler
 */
bool disclosure_open(struct http_request *request, struct batch *batch);

#endif
