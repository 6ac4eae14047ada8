/* pending.c: which request waits for which outcome. Outcomes that nobody waits for yet are kept in a ring per partition. */
#include "producers/gateway/pending.h"

#include <stdlib.h>

enum { BUCKETS = 1 << 14, KEPT = 2048, RING_BYTES = 1 << 20 };

/* Causes are contiguous, so a cause's slot is its remainder. `at` counts bytes ever written: what is further back than the ring is long is gone. */
struct kept {
	int64_t cause, offset;
	uint64_t at;
	uint32_t n;
};

struct lane {
	uint8_t *ring;
	uint64_t written;
	struct kept kept[KEPT];
};

struct pending {
	pending_deliver *deliver;
	struct pending_wait *buckets[BUCKETS];
	struct lane *lanes[PENDING_LANES];
};

enum err pending_new(pending_deliver *deliver, struct pending **ret_pending)
{
	struct pending *pending = calloc(1, sizeof *pending);

	if (!pending) {
		return ERR_NOMEM;
	}
	pending->deliver = deliver;
	*ret_pending = pending;
	return ERR_OK;
}

void pending_free(struct pending *pending)
{
	for (int i = 0; pending && i < PENDING_LANES; i++) {
		if (pending->lanes[i]) {
			free(pending->lanes[i]->ring);
			free(pending->lanes[i]);
		}
	}
	free(pending);
}

static struct pending_wait **bucket(struct pending *pending, int lane, int64_t cause)
{
	uint64_t hash =
		((uint64_t)cause * PENDING_LANES + (uint64_t)lane) * UINT64_C(0x9e3779b97f4a7c15);

	return &pending->buckets[hash >> 32 & (BUCKETS - 1)];
}

static struct lane *lane_of(struct pending *pending, int number)
{
	struct lane *lane = pending->lanes[number];

	if (!lane) {
		lane = calloc(1, sizeof *lane);
		if (lane) {
			lane->ring = malloc(RING_BYTES);
		}
		if (!lane || !lane->ring) {
			free(lane);
			return NULL;
		}
		pending->lanes[number] = lane;
	}
	return lane;
}

static void keep(struct lane *lane, const struct pending_outcome *outcome)
{
	struct span bytes = outcome->bytes;
	size_t from = lane->written % RING_BYTES;

	if (bytes.n > RING_BYTES) {
		return;
	}
	if (from + bytes.n > RING_BYTES) {
		lane->written += RING_BYTES - from; /* a record stands in one piece */
		from = 0;
	}
	memcpy(lane->ring + from, bytes.p, bytes.n);
	lane->kept[outcome->cause % KEPT] =
		(struct kept){outcome->cause, outcome->offset, lane->written, (uint32_t)bytes.n};
	lane->written += bytes.n;
}

static bool kept_find(const struct lane *lane, int64_t cause, struct kept *ret_kept)
{
	const struct kept *kept = lane ? &lane->kept[cause % KEPT] : NULL;

	if (!kept || !kept->n || kept->cause != cause || lane->written - kept->at > RING_BYTES) {
		return false;
	}
	*ret_kept = *kept;
	return true;
}

void pending_add(struct pending *pending, struct pending_wait *wait, int lane, int64_t cause)
{
	struct pending_wait **first = bucket(pending, lane, cause);
	struct kept kept;

	wait->lane = lane;
	wait->cause = cause;
	if (kept_find(pending->lanes[lane], cause, &kept)) {
		struct pending_outcome outcome = {
			.cause = cause,
			.offset = kept.offset,
			.bytes = span_of(pending->lanes[lane]->ring + kept.at % RING_BYTES, kept.n),
		};

		pending->deliver(wait, &outcome);
		return;
	}
	wait->next = *first;
	*first = wait;
	wait->listed = true;
}

void pending_remove(struct pending *pending, struct pending_wait *wait)
{
	struct pending_wait **link = bucket(pending, wait->lane, wait->cause);

	while (wait->listed && *link) {
		if (*link == wait) {
			*link = wait->next;
			wait->listed = false;
			return;
		}
		link = &(*link)->next;
	}
}

struct pending_wait *pending_take(struct pending *pending,
				  int lane,
				  const struct pending_outcome *outcome)
{
	struct pending_wait *wait = *bucket(pending, lane, outcome->cause);
	struct lane *ring;

	while (wait && (wait->lane != lane || wait->cause != outcome->cause)) {
		wait = wait->next;
	}
	if (wait) {
		pending_remove(pending, wait);
		pending->deliver(wait, outcome);
		return wait;
	}
	ring = lane_of(pending, lane);
	if (ring) {
		keep(ring, outcome);
	}
	return NULL;
}
