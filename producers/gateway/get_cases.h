/* get_cases.h: a case as it is written into answers, and what the handlers that show cases share. */
#ifndef GOVBUS_PRODUCERS_GATEWAY_GET_CASES_H
#define GOVBUS_PRODUCERS_GATEWAY_GET_CASES_H

#include "common/buf.h"
#include "producers/gateway/case_reader.h"
#include "producers/gateway/http.h"

/** Writes a case's members into an object that is open. @param colour enum code_colour, at the last tick @thread any */
void get_cases_members(struct buf *out,
		       const struct case_id *id,
		       const struct case_row *row,
		       uint8_t colour);

/** The case that the path names; answers a problem if its id is not one. @thread the request's handler, as below */
bool get_cases_id(struct http_request *request, struct case_id *ret_id);

/** Begins a reading; answers a problem when there is nothing to read yet. */
bool get_cases_snapshot(struct http_request *request, struct case_reader_snapshot *snapshot);

/** As get_cases_snapshot, of what there is about one case (case_reader_begin_case). */
bool get_cases_snapshot_of(struct http_request *request,
			   const struct case_id *id,
			   struct case_reader_snapshot *snapshot);

/** Writes how far a partition was folded, and its last tick if there was one: an object. */
void get_cases_position(struct buf *out, int partition, const struct log_cursor *cursor);

/** Writes as_of: how far each partition was folded, and its last tick. */
void get_cases_as_of(struct buf *out, struct case_reader_snapshot *snapshot);

/** Reads a cursor from a query. @param ret_bytes room for `room` bytes @return false if it is not a cursor, or a longer one */
bool get_cases_cursor_read(struct span text, uint8_t *ret_bytes, size_t room, size_t *ret_n);

/** Writes next, by which the page after is asked for: null if the cursor is empty. At most CASE_QUERY_CURSOR_BYTES. */
void get_cases_cursor_write(struct buf *out, struct span cursor);

#endif
