/* parked.c: events that could not be applied: a queue per partition and subject, kept in the shard's environment. */
#include "consumers/parked.h"

#include <assert.h>
#include <string.h>

#include "common/limits.h"

_Static_assert(sizeof(struct parked_row) == 32, "rows on disk");
_Static_assert(sizeof(struct parked_head) == 8, "rows on disk");

enum {
	PARKED_KEY_BYTES = 2 + LIMIT_SUBJECT_BYTES + 1 + 4,
	PARKED_VALUE_BYTES = sizeof(struct parked_row) + LIMIT_EVENT_BYTES,
};

static int partition_of(struct span key, int partitions)
{
	(void)partitions;
	return key.n >= 2 ? key.p[0] << 8 | key.p[1] : -1;
}

const struct table parked_tables[PARKED_TABLES] = {
	[PARKED_QUEUES] = {.name = "parked.queues", .partition_of = partition_of},
	[PARKED_EVENTS] = {.name = "parked.events", .partition_of = partition_of},
};

static struct span queue_key(uint8_t *room, int partition, struct span subject)
{
	assert(subject.n <= LIMIT_SUBJECT_BYTES);
	room[0] = (uint8_t)(partition >> 8);
	room[1] = (uint8_t)partition;
	if (subject.n) {
		memcpy(room + 2, subject.p, subject.n);
	}
	return span_of(room, 2 + subject.n);
}

static struct span event_key(uint8_t *room, int partition, struct span subject, uint32_t number)
{
	size_t n = queue_key(room, partition, subject).n;

	room[n++] = 0;
	for (int i = 3; i >= 0; i--) {
		room[n++] = (uint8_t)(number >> (8 * i));
	}
	return span_of(room, n);
}

static bool read_head(struct view *view, int table, struct span key, struct parked_head *ret_head)
{
	struct span value;

	if (!view_get(view, table, key, &value) || value.n != sizeof *ret_head) {
		return false;
	}
	memcpy(ret_head, value.p, sizeof *ret_head);
	return true;
}

bool parked_waits(struct view *view, int first_table, int partition, struct span subject)
{
	uint8_t room[PARKED_KEY_BYTES];
	struct parked_head head;

	return read_head(view, first_table + PARKED_QUEUES, queue_key(room, partition, subject),
			 &head);
}

bool parked_add(struct view *view, int first_table, const struct parked_event *event)
{
	static _Thread_local uint8_t value[PARKED_VALUE_BYTES];
	uint8_t room[PARKED_KEY_BYTES];
	struct parked_head head = {0};
	/* Of a record too large for an event only the beginning is kept: enough to see what it was. */
	struct span bytes = span_first(event->bytes, LIMIT_EVENT_BYTES);
	struct span key = queue_key(room, event->partition, event->subject);
	bool fresh = !read_head(view, first_table + PARKED_QUEUES, key, &head);

	head.next++;
	view_put(view, first_table + PARKED_QUEUES, key, span_of(&head, sizeof head));
	memcpy(value, &event->row, sizeof event->row);
	if (bytes.n) {
		memcpy(value + sizeof event->row, bytes.p, bytes.n);
	}
	view_put(view, first_table + PARKED_EVENTS,
		 event_key(room, event->partition, event->subject, head.next - 1),
		 span_of(value, sizeof event->row + bytes.n));
	return fresh;
}

bool parked_read(struct span key, struct span value, struct parked_event *ret_event)
{
	if (key.n < 7 || value.n < sizeof ret_event->row) {
		return false;
	}
	const uint8_t *end = key.p + key.n - 4;

	memset(ret_event, 0, sizeof *ret_event);
	memcpy(&ret_event->row, value.p, sizeof ret_event->row);
	ret_event->partition = key.p[0] << 8 | key.p[1];
	ret_event->subject = span_of(key.p + 2, key.n - 7);
	ret_event->number =
		(uint32_t)end[0] << 24 | (uint32_t)end[1] << 16 | (uint32_t)end[2] << 8 | end[3];
	ret_event->bytes =
		span_of(value.p + sizeof ret_event->row, value.n - sizeof ret_event->row);
	return true;
}

bool parked_read_queue(struct span key,
		       struct span value,
		       int *ret_partition,
		       struct span *ret_subject,
		       struct parked_head *ret_head)
{
	if (key.n < 2 || value.n != sizeof *ret_head) {
		return false;
	}
	*ret_partition = key.p[0] << 8 | key.p[1];
	*ret_subject = span_of(key.p + 2, key.n - 2);
	memcpy(ret_head, value.p, sizeof *ret_head);
	return true;
}

bool parked_get(struct view *view,
		int first_table,
		int partition,
		struct span subject,
		uint32_t number,
		struct parked_event *ret_event)
{
	uint8_t room[PARKED_KEY_BYTES];
	struct span key = event_key(room, partition, subject, number), value;

	if (!view_get(view, first_table + PARKED_EVENTS, key, &value) ||
	    !parked_read(key, value, ret_event)) {
		return false;
	}
	ret_event->subject = subject;
	return true;
}

bool parked_range(struct view *view,
		  int first_table,
		  int partition,
		  struct span subject,
		  struct parked_head *ret_head)
{
	uint8_t room[PARKED_KEY_BYTES];

	return read_head(view, first_table + PARKED_QUEUES, queue_key(room, partition, subject),
			 ret_head);
}

bool parked_drop(
	struct view *view, int first_table, int partition, struct span subject, uint32_t number)
{
	uint8_t room[PARKED_KEY_BYTES];
	struct parked_head head;
	struct parked_event next;

	if (!parked_range(view, first_table, partition, subject, &head)) {
		return false;
	}
	view_del(view, first_table + PARKED_EVENTS, event_key(room, partition, subject, number));
	while (head.first < head.next &&
	       !parked_get(view, first_table, partition, subject, head.first, &next)) {
		if (view->err) {
			return false;
		}
		head.first++;
	}
	struct span key = queue_key(room, partition, subject);

	if (head.first == head.next) {
		view_del(view, first_table + PARKED_QUEUES, key);
		return !view->err;
	}
	view_put(view, first_table + PARKED_QUEUES, key, span_of(&head, sizeof head));
	return false;
}
