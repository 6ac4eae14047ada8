/* kafka_member_flow_test.c: members of a group on a real broker: each partition has an owner, also those of topics made meanwhile. */
#include "common/kafka_member.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/kafka_topics.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/flow.h"

enum { PARTITIONS = 4, WAIT_US = 15000000 };

static struct kafka_settings settings;
static char group[64], old_topic[64], new_topic[64];

struct seat {
	struct kafka_member *member;
	bool owned_old[PARTITIONS], owned_new[PARTITIONS];
};

static void on_owned(void *context, const char *topic, int32_t partition, bool ours)
{
	struct seat *seat = context;

	assert_in_range(partition, 0, PARTITIONS - 1);
	(strcmp(topic, new_topic) == 0 ? seat->owned_new : seat->owned_old)[partition] = ours;
}

static void on_answered(void *context, const char *topic, int32_t partition, enum err err)
{
	(void)context, (void)topic, (void)partition, (void)err;
}

static void make_topic(const char *name)
{
	struct kafka_topic spec = {name, PARTITIONS, true, -1};
	struct buf report = {0};

	assert_int_equal(kafka_topics_create(&settings, &spec, 1, 1, &report), ERR_OK);
	buf_done(&report);
}

static void sit(struct seat *seat, const char *instance, const char *const *topics)
{
	struct kafka_member_config config = {.settings = &settings,
					     .group = group,
					     .instance = instance,
					     .topics = topics,
					     .session_timeout_ms = 6000,
					     .owned = on_owned,
					     .answered = on_answered,
					     .context = seat};

	memset(seat, 0, sizeof *seat);
	assert_int_equal(kafka_member_open(&config, &seat->member), ERR_OK);
}

static int count(const bool owned[PARTITIONS])
{
	int n = 0;

	for (int i = 0; i < PARTITIONS; i++) {
		n += owned[i];
	}
	return n;
}

/* Serves both until that many partitions of each topic are theirs. */
static void serve(struct seat *a, struct seat *b, int wanted_old, int wanted_new)
{
	int n_old = -1, n_new = -1;

	for (int64_t until_us = clock_steady_us() + WAIT_US;
	     (n_old != wanted_old || n_new != wanted_new) && clock_steady_us() < until_us;) {
		assert_int_equal(kafka_member_poll(a->member, 20), ERR_OK);
		if (b) {
			assert_int_equal(kafka_member_poll(b->member, 20), ERR_OK);
		}
		n_old = count(a->owned_old) + (b ? count(b->owned_old) : 0);
		n_new = count(a->owned_new) + (b ? count(b->owned_new) : 0);
	}
	assert_int_equal(n_old, wanted_old);
	assert_int_equal(n_new, wanted_new);
}

static void make_names(const char *what)
{
	snprintf(group, sizeof group, "%s%s", flow_prefix(), what);
	snprintf(old_topic, sizeof old_topic, "%s%s-old", flow_prefix(), what);
	snprintf(new_topic, sizeof new_topic, "%s%s-new", flow_prefix(), what);
}

/* A member that restarts and asks for one topic more has the partitions of both, though the group remembers what it had. */
static void test_a_topic_made_while_away(void **state)
{
	const char *const before[] = {old_topic, NULL}, *const after[] = {old_topic, new_topic,
									  NULL};
	struct seat seat;

	(void)state;
	make_names("alone");
	make_topic(old_topic);
	sit(&seat, "one", before);
	serve(&seat, NULL, PARTITIONS, 0);
	kafka_member_close(seat.member);
	make_topic(new_topic);
	sit(&seat, "one", after);
	serve(&seat, NULL, PARTITIONS, PARTITIONS);
	kafka_member_close(seat.member);
}

/* The same of two members that restart one after the other, as in an upgrade. */
static void test_two_members_are_upgraded(void **state)
{
	const char *const before[] = {old_topic, NULL}, *const after[] = {old_topic, new_topic,
									  NULL};
	struct seat a, b;

	(void)state;
	make_names("two");
	make_topic(old_topic);
	sit(&a, "one", before);
	sit(&b, "two", before);
	serve(&a, &b, PARTITIONS, 0);
	make_topic(new_topic);
	kafka_member_close(a.member);
	sit(&a, "one", after);
	kafka_member_close(b.member);
	sit(&b, "two", after);
	serve(&a, &b, PARTITIONS, PARTITIONS);
	kafka_member_close(a.member);
	kafka_member_close(b.member);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_topic_made_while_away),
		cmocka_unit_test(test_two_members_are_upgraded),
	};

	settings = (struct kafka_settings){.brokers = flow_kafka()};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
