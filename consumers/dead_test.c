/* dead_test.c: people see what is parked, where it stood and why. */
#include "consumers/dead.h"

#include <jansson.h>

#include "tests/support/shard_bed.h"

static char *print(const struct shard_set *set,
		   const char *subject,
		   enum err expected,
		   size_t *ret_n)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(subject ? dead_show(&toy, set, span_cstr(subject), out)
				 : dead_list(&toy, set, true, out, ret_n),
			 expected);
	assert_int_equal(fclose(out), 0);
	return text;
}

static size_t lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++) {
		n += *text == '\n';
	}
	return n;
}

/* Whoever asks for one subject hears what the list says of it, and nothing of its like elsewhere. */
static void ask(const struct shard_set *set, int partition, const char *subject, const char *reason)
{
	struct kv_txn txn = {0};
	struct span name = span_cstr(subject);

	kv_txn_begin(set->kvs[partition % 2], false, &txn);
	assert_string_equal(dead_reason(&toy, &txn, partition, name), reason);
	assert_null(dead_reason(&toy, &txn, partition + 2, name));
	assert_null(dead_reason(&toy, &txn, partition, span_first(name, name.n - 1)));
	assert_null(dead_reason(&toy, &txn, partition, SPAN("no-such-case")));
	kv_txn_abort(&txn);
}

/* Each parked subject is listed once with its first reason; showing it prints every event of it, and lines are JSON. */
static void test_list_and_show(void **state)
{
	struct shard_config config = {.projection = &toy,
				      .build = "a",
				      .partitions = PARTITIONS,
				      .shards = 2,
				      .map_bytes = 16 << 20};
	struct shard *shards[2] = {0};
	char path[FOLDER_PATH_BYTES + 32];
	struct shard_set set = {0};
	size_t n = 0;

	(void)state;
	make_log(31);
	assert_int_equal(shard_set_open(dir, &toy, 16 << 20, &set), ERR_ABSENT);
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/toy/shard-%d", dir, i);
		config.dir = path;
		config.shard = i;
		assert_int_equal(shard_open(&config, &shards[i]), ERR_OK);
	}
	for (int i = 0; i < RECORDS; i++) {
		assert_int_equal(take(shards[records[i].record.partition % 2], i), ERR_OK);
	}
	uint64_t waiting = 0, parked = 0;

	for (int i = 0; i < 2; i++) {
		waiting += shard_counts(shards[i]).waiting;
		parked += shard_counts(shards[i]).parked;
		assert_int_equal(shard_commit(shards[i]), ERR_OK);
		shard_close(shards[i]);
	}
	assert_int_equal(shard_set_open(dir, &toy, 16 << 20, &set), ERR_OK);
	assert_int_equal(set.n, 2);
	char *list = print(&set, NULL, ERR_OK, &n), *text;

	assert_int_equal(n, waiting);
	assert_int_equal(lines(list), waiting);
	uint64_t shown = 0;
	bool unread_seen = false;

	for (char *line = list, *end; (end = strchr(line, '\n')); line = end + 1) {
		json_t *json = json_loadb(line, (size_t)(end - line), 0, NULL);
		const char *subject = json_string_value(json_object_get(json, "subject"));
		const char *reason = json_string_value(json_object_get(json, "reason"));
		int partition = (int)json_integer_value(json_object_get(json, "partition"));

		assert_non_null(subject);
		if (strcmp(subject, "-") != 0) {
			ask(&set, partition, subject, reason);
		}
		if (strcmp(subject, "-") != 0 || !unread_seen) {
			text = print(&set, subject, ERR_OK, NULL);
			shown += lines(text);
			free(text);
		}
		unread_seen = unread_seen || strcmp(subject, "-") == 0;
		json_decref(json);
	}
	assert_int_equal(shown, parked);
	free(list);
	text = print(&set, "-", ERR_OK, NULL);
	assert_non_null(strstr(text, "\"bytes\":\"c12074"));
	free(text);
	free(print(&set, "no-such-case", ERR_ABSENT, NULL));
	shard_set_close(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_list_and_show, make_dir, remove_dir)};

	(void)open_shard;
	(void)fold;
	(void)clear;
	return cmocka_run_group_tests(tests, NULL, free_records);
}
