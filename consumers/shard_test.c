/* shard_test.c: however the log is cut into batches and shards, the same dump; what fails is parked, and tried again by another build. */
#include "consumers/shard.h"

#include "tests/support/shard_bed.h"

/* However the log is cut into batches, with 1, 2 or 16 shards, with or without restarts: the same dump. */
static void test_same_dump(void **state)
{
	(void)state;
	for (uint32_t log = 1; log <= 4; log++) {
		make_log(log);
		char *expected = fold(1, 1, false);

		assert_non_null(strstr(expected, "parked"));
		assert_non_null(strstr(expected, "case.seq "));
		for (int run = 0; run < 6; run++) {
			clear();
			char *got = fold((int[]){1, 2, 16}[run % 3],
					 (uint32_t[]){7, RECORDS * 2, 60}[(run + (int)log) % 3],
					 run >= 3);

			assert_string_equal(got, expected);
			free(got);
		}
		free(expected);
		clear();
	}
}

/* An event that cannot be applied leaves nothing behind, waits under its subject with its reason, and so do later ones of that subject alone. */
static void test_parks(void **state)
{
	struct shard *shard = open_shard(0, 1, "a");
	struct parked_event parked;
	struct parked_head head;
	struct event ev = {.type = EVENT_case_handling_logged};
	struct span row;
	uint8_t key[64];

	(void)state;
	memset(partitions, 0, sizeof partitions);
	partitions[0].claim = -1;
	make_record(0, 0); /* a claim */
	EVENT_SET(ev.env, claim, 0);
	for (int i = 1; i <= 6; i++) {
		bool other = i == 4;

		EVENT_SET(ev.env, cause, i - 1);
		EVENT_SET(ev.env, id, SPAN("x"));
		EVENT_SET(ev.env, subject, other ? SPAN("case00-b") : SPAN("case00-a"));
		EVENT_SET(ev.env, seq, other ? 1 : i == 6 ? 9 : (uint64_t)(i > 4 ? i - 1 : i));
		EVENT_SET(ev.env, actor, i == 2 ? SPAN("bad") : SPAN("good"));
		note(i, 0, &ev);
	}
	for (int i = 0; i <= 6; i++) {
		assert_int_equal(take(shard, i), ERR_OK);
	}
	assert_int_equal(shard_counts(shard).applied, 2);
	assert_int_equal(shard_counts(shard).parked, 4);
	assert_int_equal(shard_counts(shard).waiting, 1);
	assert_int_equal(shard_commit(shard), ERR_OK);
	assert_true(parked_range(shard->view, shard->n_tables, 0, SPAN("case00-a"), &head));
	assert_int_equal(head.next - head.first, 4);
	assert_true(parked_get(shard->view, shard->n_tables, 0, SPAN("case00-a"), 0, &parked));
	assert_int_equal(parked.row.offset, 2);
	assert_int_equal(parked.row.err, ERR_INVALID);
	assert_true(parked_get(shard->view, shard->n_tables, 0, SPAN("case00-a"), 1, &parked));
	assert_int_equal(parked.row.err, 0);
	assert_true(view_get(shard->view, T_CASE, span_of(key, toy_key(key, 0, SPAN("case00-a"))),
			     &row));
	struct toy_case c;

	memcpy(&c, row.p, sizeof c);
	assert_int_equal(c.seq, 1);
	assert_int_equal(c.lines, 1);
	shard_close(shard);

	/* The same build leaves them; another one applies them in order, as far as it can: the last has a gap before it. */
	bad_fails = false;
	shard = open_shard(0, 1, "a");
	assert_int_equal(shard_counts(shard).waiting, 1);
	shard_close(shard);
	shard = open_shard(0, 1, "b");
	bad_fails = true;
	assert_int_equal(shard_counts(shard).retried, 3);
	assert_int_equal(shard_counts(shard).waiting, 1);
	assert_true(parked_range(shard->view, shard->n_tables, 0, SPAN("case00-a"), &head));
	assert_int_equal(head.next - head.first, 1);
	shard_close(shard);
}

/* A missing outcome stops the shard where it is; what was read before is skipped. */
static void test_gap(void **state)
{
	struct shard *shard = open_shard(0, 1, "a");

	(void)state;
	make_log(9);
	int first = 0, at = -1;

	for (int i = 0; i < RECORDS && at < 0; i++) {
		struct event ev;

		if (records[i].record.partition != 0 ||
		    (i > 200 && !event_decode(records[i].record.bytes, &ev, NULL) &&
		     ev.env.has_cause && ++first == 1)) {
			continue;
		}
		if (take(shard, i) == ERR_LOG_GAP) {
			at = i;
		}
	}
	assert_true(at >= 0);
	assert_int_equal(take(shard, at), ERR_LOG_GAP);
	assert_true(shard_position(shard, 0)->cursor.next_offset <= records[at].record.offset);
	shard_close(shard);
}

/* Giving up a partition deletes its rows, parked events and position in one transaction; taking it again builds the same. */
static void test_give_up(void **state)
{
	struct shard *shard;
	struct position position;

	(void)state;
	make_log(5);
	char *expected = fold(1, 50, false);

	shard = open_shard(0, 1, "a");
	assert_int_equal(shard_give_up(shard, 3), ERR_OK);
	struct kv_txn txn = {0};

	kv_txn_begin(shard->kv, false, &txn);
	assert_false(shard_read_position(&txn, &toy, 3, &position));
	assert_true(shard_read_position(&txn, &toy, 4, &position));
	kv_txn_abort(&txn);
	char *less = dump_of(&shard, 1);

	assert_true(strlen(less) < strlen(expected));
	assert_null(strstr(less, "case 0003"));
	assert_non_null(strstr(less, "case 0004"));
	free(less);
	for (int i = 0; i < RECORDS; i++) {
		assert_int_equal(take(shard, i), ERR_OK);
	}
	assert_int_equal(shard_commit(shard), ERR_OK);
	char *again = dump_of(&shard, 1);

	assert_string_equal(again, expected);
	free(again);
	free(expected);
	shard_close(shard);
}

/* Another version of the projection, or another number of shards, is no error of the store but a reason to rebuild. */
static void test_version(void **state)
{
	struct shard *shard = open_shard(0, 1, "a");
	char path[FOLDER_PATH_BYTES + 32];
	struct kv *kv = NULL;
	struct shard_identity identity = {0};
	struct shard_config config = {.dir = path,
				      .projection = &toy,
				      .build = "a",
				      .partitions = PARTITIONS,
				      .shard = 0,
				      .shards = 2,
				      .map_bytes = 16 << 20};

	(void)state;
	shard_close(shard);
	snprintf(path, sizeof path, "%s/0-of-1", dir);
	assert_int_equal(shard_open(&config, &shard), ERR_STORE_VERSION);
	config.shards = 1;
	toy.version = 2;
	assert_int_equal(shard_open(&config, &shard), ERR_STORE_VERSION);
	assert_int_equal(shard_open_reader(path, &toy, 16 << 20, &identity, &kv),
			 ERR_STORE_VERSION);
	toy.version = 1;
	assert_int_equal(shard_open_reader(path, &toy, 16 << 20, &identity, &kv), ERR_OK);
	assert_true(identity.partitions == PARTITIONS && identity.shard == 0 &&
		    identity.shards == 1);
	kv_close(kv);
	assert_int_equal(shard_open_reader(dir, &toy, 16 << 20, &identity, &kv), ERR_ABSENT);
}

enum { RECORDS_A_MIB = (1 << 20) / LIMIT_EVENT_BYTES };

/* @return how many MiB of records, which are parked with their bytes, fill the batch of one shard of so many; at most `most` */
static int until_full(int shards, int most)
{
	struct buf bytes = {0};
	struct shard *shard = open_shard(0, shards, "a");
	struct shard_record record = {.leader_epoch = 1};
	int n = 0;

	while (bytes.n < LIMIT_EVENT_BYTES) {
		buf_add_text(&bytes, "\xc1 this is no event ");
	}
	record.bytes = buf_span(&bytes);
	for (; n < most * RECORDS_A_MIB && !shard_is_full(shard); n++) {
		record.offset = n;
		assert_int_equal(shard_take(shard, &record), ERR_OK);
	}
	shard_close(shard);
	buf_done(&bytes);
	return n / RECORDS_A_MIB;
}

/* Many shards in one program: their batches together take no more memory than a few do. */
static void test_batches_share_memory(void **state)
{
	(void)state;
	assert_in_range(until_full(PARTITIONS, 200), 1536 / PARTITIONS / 2, 1536 / PARTITIONS + 1);
	assert_int_equal(until_full(1, 200), 200);
}

int main(void)
{
#define T(function) cmocka_unit_test_setup_teardown(function, make_dir, remove_dir)
	const struct CMUnitTest tests[] = {T(test_same_dump), T(test_parks),
					   T(test_gap),       T(test_give_up),
					   T(test_version),   T(test_batches_share_memory)};

	return cmocka_run_group_tests(tests, NULL, free_records);
}
