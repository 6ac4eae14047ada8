/* kafka_runtime_full_test.c: the runtime on a full disk, against librdkafka's mock of a broker: it waits, and goes on by itself.
 * @wrap mdb_txn_commit clock_steady_us
 */
#include <errno.h>
#include <lmdb.h>
#include <stdatomic.h>

#include "tests/support/runtime_bed.h"

enum {
	GIVEN_UP = 3,
	LOST_US = 61000000, /* longer than the rows of a lost partition are kept */
};

static _Atomic int64_t ahead_us; /* of the steady clock */
static _Atomic bool disk_full;
static _Atomic int refused; /* commits since then */

int64_t __real_clock_steady_us(void);
int64_t __wrap_clock_steady_us(void);
int64_t __wrap_clock_steady_us(void)
{
	return __real_clock_steady_us() + ahead_us;
}

int __real_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t)
{
	if (disk_full) {
		mdb_txn_abort(t);
		refused++;
		return ENOSPC;
	}
	return __real_mdb_txn_commit(t);
}

static bool says_full(struct runtime *runtime)
{
	struct buf reasons = {0};
	bool healthy = kafka_runtime_show_healthy(runtime, &reasons);

	buf_add_byte(&reasons, 0);
	bool said = strstr((const char *)reasons.p, "free some disk space") != NULL;

	buf_done(&reasons);
	return !healthy && said;
}

static bool has_left(struct runtime *runtime)
{
	return !runtime->at[GIVEN_UP].following;
}

static bool tries_again(struct runtime *runtime)
{
	(void)runtime;
	return refused > 4; /* a commit is tried twice at once */
}

/* The dump of the plain fold of all records but those of one partition. */
static char *fold_without(int partition)
{
	struct shard *shard = open_shard(0, 1, "a");

	for (int i = 0; i < RECORDS; i++) {
		if (records[i].record.partition != partition) {
			assert_int_equal(take(shard, i), ERR_OK);
		}
	}
	assert_int_equal(shard_commit(shard), ERR_OK);
	char *text = dump_of(&shard, 1);

	shard_close(shard);
	return text;
}

static char *dump_of_nothing(void)
{
	struct shard *shard = open_shard(0, 1, "a");
	char *text = dump_of(&shard, 1);

	shard_close(shard);
	return text;
}

static void same(char *got, char *expected)
{
	assert_string_equal(got, expected);
	free(got);
	free(expected);
}

/* All is folded; then another member has a partition, and there is no room to delete its rows. */
static struct runtime *give_up_on_a_full_disk(pthread_t *ret_thread)
{
	runtime_bed_write();
	struct runtime *runtime = runtime_bed_start(ret_thread);

	runtime_alone_await(runtime, runtime_alone_is_ready);
	runtime->at[GIVEN_UP].wanted = false;
	runtime_alone_await(runtime, has_left);
	clock_sleep_us(200000);
	disk_full = true;
	ahead_us += LOST_US;
	runtime_alone_await(runtime, says_full);
	return runtime;
}

/* A partition that another member has is given up on a full disk: that is waited for, and said; with room its rows are gone, and no
 * others; given back, it is folded from its start. */
static void test_giving_up_waits_for_room(void **state)
{
	pthread_t thread;

	(void)state;
	struct runtime *runtime = give_up_on_a_full_disk(&thread);

	runtime_alone_await(runtime, tries_again);
	assert_int_equal(runtime->err, ERR_OK);
	disk_full = false;
	runtime_alone_await(runtime, runtime_alone_is_ready);
	clock_sleep_us(200000);
	same(runtime_bed_stop(runtime, thread), fold_without(GIVEN_UP));
	runtime = runtime_bed_start(&thread);
	runtime_alone_await(runtime, runtime_alone_is_ready);
	same(runtime_bed_stop(runtime, thread), fold(1, RECORDS * 2, false));
}

/* Stopped while it waits, it ends as ever, and says no more than it has committed: what it had in memory is read from the log again. */
static void test_a_stop_while_it_waits_is_clean(void **state)
{
	pthread_t thread;

	(void)state;
	char *nothing = dump_of_nothing();

	runtime_bed_write();
	struct runtime *runtime = runtime_alone_open(1);

	disk_full = true;
	thread = runtime_alone_start(runtime);
	runtime_alone_await(runtime, says_full);
	same(runtime_bed_stop(runtime, thread), nothing);
	disk_full = false;
	runtime = runtime_bed_start(&thread);
	runtime_alone_await(runtime, runtime_alone_is_ready);
	same(runtime_bed_stop(runtime, thread), fold(1, RECORDS * 2, false));
}

/* The same while it waits to delete the rows of a partition that is another's: they are still there, whole. */
static void test_a_stop_while_giving_up_is_clean(void **state)
{
	pthread_t thread;

	(void)state;
	struct runtime *runtime = give_up_on_a_full_disk(&thread);

	char *left = runtime_bed_stop(runtime, thread);

	disk_full = false;
	same(left, fold(1, RECORDS * 2, false));
}

int main(void)
{
#define T(function) \
	cmocka_unit_test_setup_teardown(function, runtime_bed_setup, runtime_bed_teardown)
	const struct CMUnitTest tests[] = {T(test_giving_up_waits_for_room),
					   T(test_a_stop_while_it_waits_is_clean),
					   T(test_a_stop_while_giving_up_is_clean)};

	return cmocka_run_group_tests(tests, NULL, free_records);
}
