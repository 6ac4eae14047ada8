/* limits.h: every maximum of govbus in one place. */
#ifndef GOVBUS_COMMON_LIMITS_H
#define GOVBUS_COMMON_LIMITS_H

enum {
	/* Events. An action as the door accepts it, and an event with all decided members: the door leaves them room. */
	LIMIT_ACTION_BYTES = 48 * 1024,
	LIMIT_EVENT_BYTES = 64 * 1024,
	LIMIT_BATCH_EVENTS = 1000,              /* of one POST */
	LIMIT_BODY_BYTES = 8 * 1024 * 1024,     /* of one POST */
	LIMIT_BODIES_BYTES = 256 * 1024 * 1024, /* of all POSTs under way */
	LIMIT_DEPTH = 8,                        /* nested arrays and maps */
	LIMIT_EXTRAS = 16,                      /* members of a newer version that a reader keeps */
	LIMIT_ID_BYTES = 64,                    /* an action's id */
	LIMIT_DATASCHEMA_BYTES = 512, /* a CloudEvent's dataschema, checked and not kept */
	LIMIT_SOURCE_BYTES = 128,     /* a source, such as /yn/kunming/12345 */
	LIMIT_SUBJECT_BYTES = 64,     /* a case id, place:530102, unit:…, list:… */
	LIMIT_UNIT_BYTES = 40,        /* a unit's id */
	LIMIT_KEY_BYTES = 256,        /* of an LMDB key (LMDB itself: 511) */

	/* Topics. */
	LIMIT_CASE_PARTITIONS = 16,
	LIMIT_PARTITIONS = 64, /* of any topic that is folded */

	/* Case. */
	LIMIT_FURTHER_PLACES = 8,
	LIMIT_ASSIST_UNITS = 8,
	LIMIT_EVIDENCE = 8,

	/* LMDB. The map is sparse: it is never resized live. */
	LIMIT_KV_TABLES = 24,
	LIMIT_KV_READERS = 1024,
};

#define LIMIT_KV_MAP_BYTES (64ull << 30)

#endif
