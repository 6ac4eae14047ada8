/* kafka_writer_test.c: with what a producer is opened, and that no option that is passed through weakens it. No broker is asked.
 * @wrap rd_kafka_conf_set */
#include "common/kafka_writer.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

/* What was set last, by name, and as the how many-eth. */
static struct {
	char name[64], value[128];
	int at;
} set[64];
static int n_set, n_calls;

rd_kafka_conf_res_t __real_rd_kafka_conf_set(
	rd_kafka_conf_t *conf, const char *name, const char *value, char *why, size_t room);
rd_kafka_conf_res_t __wrap_rd_kafka_conf_set(
	rd_kafka_conf_t *conf, const char *name, const char *value, char *why, size_t room);
rd_kafka_conf_res_t __wrap_rd_kafka_conf_set(
	rd_kafka_conf_t *conf, const char *name, const char *value, char *why, size_t room)
{
	int i = 0;

	while (i < n_set && strcmp(set[i].name, name) != 0) {
		i++;
	}
	assert_true(i < 64);
	n_set = i == n_set ? n_set + 1 : n_set;
	set[i].at = ++n_calls;
	(void)snprintf(set[i].name, sizeof(set[i].name), "%s", name);
	(void)snprintf(set[i].value, sizeof(set[i].value), "%s", value);
	return __real_rd_kafka_conf_set(conf, name, value, why, room);
}

static int number_of(const char *name)
{
	for (int i = 0; i < n_set; i++) {
		if (strcmp(set[i].name, name) == 0) {
			return i;
		}
	}
	fail_msg("%s is not set", name);
	return 0;
}

static const char *value_of(const char *name)
{
	return set[number_of(name)].value;
}

static enum err open_with(const char *option, bool gapless)
{
	const char *const options[] = {option, NULL};
	struct kafka_settings settings = {.brokers = "127.0.0.1:1", .options = options};
	struct kafka_writer_config config = {
		.settings = &settings, .name = "test", .gapless = gapless};
	struct kafka_writer *writer = NULL;
	enum err err;

	n_set = 0;
	err = kafka_writer_open(&config, &writer);
	kafka_writer_close(writer);
	return err;
}

/* Rule 3: the decider's producer repeats nothing, leaves no gap, waits for all replicas, and never gives a record up. */
static void test_settings(void **state)
{
	(void)state;
	assert_int_equal(open_with("linger.ms=7", true), ERR_OK);
	assert_string_equal(value_of("enable.idempotence"), "true");
	assert_string_equal(value_of("enable.gapless.guarantee"), "true");
	assert_string_equal(value_of("acks"), "all");
	assert_string_equal(value_of("message.timeout.ms"), "0");
	assert_string_equal(value_of("partitioner"), "murmur2_random");
	assert_string_equal(value_of("linger.ms"), "7");
	assert_int_equal(open_with("linger.ms=7", false), ERR_OK);
	assert_string_equal(value_of("enable.idempotence"), "true");
}

/* Rule 3: an option that would break it is refused, whatever it says. */
static void test_options_cannot_weaken(void **state)
{
	static const char *const options[] = {
		"enable.idempotence=false", "enable.gapless.guarantee=false", "acks=1",
		"message.timeout.ms=1000", "partitioner=consistent_random"};

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (open_with(options[i], true) != ERR_USAGE) {
			fail_msg("%s is taken", options[i]);
		}
	}
	/* Another name of the same option is taken, and then set right. */
	assert_int_equal(open_with("request.required.acks=1", true), ERR_OK);
	assert_true(set[number_of("acks")].at > set[number_of("request.required.acks")].at);
	assert_int_equal(open_with("delivery.timeout.ms=1000", true), ERR_OK);
	assert_true(set[number_of("message.timeout.ms")].at >
		    set[number_of("delivery.timeout.ms")].at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_settings),
					   cmocka_unit_test(test_options_cannot_weaken)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
