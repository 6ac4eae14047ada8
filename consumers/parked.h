/* parked.h: events that could not be applied: a queue per partition and subject, kept in the shard's environment. */
#ifndef GOVBUS_CONSUMERS_PARKED_H
#define GOVBUS_CONSUMERS_PARKED_H

#include "common/err.h"
#include "projections/projection.h"

/* Tables of their own, after the projection's: queues (partition, subject -> head), events (partition, subject, number -> row). */
enum { PARKED_QUEUES, PARKED_EVENTS, PARKED_TABLES };
extern const struct table parked_tables[PARKED_TABLES];

/* What stands before a parked record's bytes. Plain bytes, zero-filled. */
struct parked_row {
	int64_t offset, tick; /* where it stood */
	int64_t claim; /* the latest valid claim at that point: a record that could not be decoded is judged by it later */
	int32_t err; /* why; 0: it waits behind others of its subject */
	uint32_t spare;
};

struct parked_head {
	uint32_t first, next; /* numbers of the first event waiting and of the one to come */
};

/* A parked event as read back; spans borrow from the view or the transaction. */
struct parked_event {
	struct parked_row row;
	int partition;
	uint32_t number;
	struct span subject, bytes;
};

/** Whether events of this subject wait. @param first_table number of parked_tables[0] in the view @thread the view's, as all here */
bool parked_waits(struct view *view, int first_table, int partition, struct span subject);

/** Appends an event to its subject's queue. @return whether the queue is new */
bool parked_add(struct view *view, int first_table, const struct parked_event *event);

/** Numbers in a queue; some between may be gone. @return false: the queue is empty */
bool parked_range(struct view *view,
		  int first_table,
		  int partition,
		  struct span subject,
		  struct parked_head *ret_head);

/** The event with this number. @return false: there is none */
bool parked_get(struct view *view,
		int first_table,
		int partition,
		struct span subject,
		uint32_t number,
		struct parked_event *ret_event);

/** Takes an event off; the queue goes with its last one. @return whether the queue is gone */
bool parked_drop(
	struct view *view, int first_table, int partition, struct span subject, uint32_t number);

/** Reads a row of PARKED_EVENTS. @return false when it is not one */
bool parked_read(struct span key, struct span value, struct parked_event *ret_event);

/** Reads a key of PARKED_QUEUES. */
bool parked_read_queue(struct span key,
		       struct span value,
		       int *ret_partition,
		       struct span *ret_subject,
		       struct parked_head *ret_head);

#endif
