/* schema.c: the table of topics, and which action topic goes with which event topic. */
#include "schemas/schema.h"

static const struct topic_row topics[] = {
#define TOPIC(id, name, partitions, kind) [TOPIC_##id] = {name, partitions, TOPIC_KIND_##kind},
#include "schemas/topics.def"
#undef TOPIC
};

/* Registers: one action topic and one event topic, co-partitioned. */
static const struct {
	enum topic actions, events;
} registers[] = {
	{TOPIC_CASE_ACTION, TOPIC_CASE},
	{TOPIC_REFERENCE_ACTION, TOPIC_REFERENCE},
};

enum { REGISTER_COUNT = sizeof registers / sizeof *registers };

const struct topic_row *schema_topic(enum topic topic)
{
	return topic < TOPIC_COUNT ? &topics[topic] : NULL;
}

enum topic schema_topic_actions(enum topic events)
{
	for (size_t i = 0; i < REGISTER_COUNT; i++) {
		if (registers[i].events == events) {
			return registers[i].actions;
		}
	}
	return TOPIC_COUNT;
}

enum topic schema_topic_events(enum topic actions)
{
	for (size_t i = 0; i < REGISTER_COUNT; i++) {
		if (registers[i].actions == actions) {
			return registers[i].events;
		}
	}
	return TOPIC_COUNT;
}
