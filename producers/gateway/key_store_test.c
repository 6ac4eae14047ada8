/* key_store_test.c: one key per case, however many doors ask for it; durable before it is used. */
#include "producers/gateway/key_store.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schemas/seal.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

static const uint8_t SECRET[32] = {1, 2, 3};

static int folder_setup(void **state)
{
	static char path[FOLDER_PATH_BYTES];

	*state = path;
	return folder_make("keys", path) ? 0 : -1;
}

static int folder_teardown(void **state)
{
	return folder_remove(*state) ? 0 : -1;
}

static struct key_store_subject subject(int number)
{
	struct case_id id = {{0x08, 0x16, 0xb6, 0x12, 0xca, 0x67}};

	id.key[13] = (uint8_t)number;
	return key_store_subject_of(&id, SECRET);
}

/* The same case gives the same key, in this transaction and the next; another case another one. */
static void one_key(void **state)
{
	struct key_store *store = NULL;
	struct key_store_txn txn;
	struct key_store_key a, b, c;
	struct key_store_subject first = subject(1), second = subject(2);

	assert_int_equal(key_store_open(*state, &store), ERR_OK);
	key_store_begin(store, &txn);
	assert_true(key_store_take(&txn, &first, &a));
	assert_true(key_store_take(&txn, &first, &b));
	assert_true(key_store_take(&txn, &second, &c));
	assert_int_equal(key_store_commit(&txn), ERR_OK);
	assert_memory_equal(&a, &b, sizeof a);
	assert_memory_not_equal(a.key, c.key, sizeof a.key);
	assert_int_equal(a.version, 1);
	assert_int_equal(key_store_find(store, &first, &b), ERR_OK);
	assert_memory_equal(&a, &b, sizeof a);
	key_store_close(store);
}

/* What was not committed is not there: no record may leave before. */
static void aborted(void **state)
{
	struct key_store *store = NULL;
	struct key_store_txn txn;
	struct key_store_key key;
	struct key_store_subject first = subject(1);

	assert_int_equal(key_store_open(*state, &store), ERR_OK);
	key_store_begin(store, &txn);
	assert_true(key_store_take(&txn, &first, &key));
	key_store_abort(&txn);
	assert_int_equal(key_store_find(store, &first, &key), ERR_ABSENT);
	key_store_begin(store, &txn);
	assert_int_equal(key_store_commit(&txn), ERR_OK);
	key_store_close(store);
}

static struct key_store_key taken(struct key_store *store, const struct key_store_subject *subject)
{
	struct key_store_txn txn;
	struct key_store_key key;

	key_store_begin(store, &txn);
	assert_true(key_store_take(&txn, subject, &key));
	assert_int_equal(key_store_commit(&txn), ERR_OK);
	return key;
}

/* A destroyed key is never found again, and what it sealed reads as erased; the next key of that case has the next version. Others stay. */
static void destroyed(void **state)
{
	struct key_store *store = NULL;
	struct key_store_subject first = subject(1), second = subject(2), none = subject(3);
	struct seal_place place = {SPAN("a-1"), 3};
	struct arena arena = {0};
	struct span sealed, clear;

	assert_int_equal(key_store_open(*state, &store), ERR_OK);
	struct key_store_key old = taken(store, &first), other = taken(store, &second), key;

	assert_int_equal(seal_close(&(struct seal_key){old.version, old.key}, &place, SPAN("甲"),
				    &arena, &sealed),
			 ERR_OK);
	assert_int_equal(key_store_destroy(store, &none), ERR_ABSENT);
	assert_int_equal(key_store_destroy(store, &first), ERR_OK);
	assert_int_equal(key_store_find(store, &first, &key), ERR_ERASED);
	assert_int_equal(key_store_destroy(store, &first), ERR_OK); /* asked again after a crash */
	key_store_close(store);
	assert_int_equal(key_store_open(*state, &store), ERR_OK);
	assert_int_equal(key_store_find(store, &first, &key), ERR_ERASED);
	struct key_store_key next = taken(store, &first);

	assert_int_equal(next.version, old.version + 1);
	assert_memory_not_equal(next.key, old.key, sizeof old.key);
	assert_int_equal(key_store_find(store, &first, &key), ERR_OK);
	assert_int_equal(
		seal_open(&(struct seal_key){key.version, key.key}, &place, sealed, &arena, &clear),
		ERR_ERASED);
	assert_int_equal(key_store_find(store, &second, &key), ERR_OK);
	assert_memory_equal(&key, &other, sizeof key);
	arena_done(&arena);
	key_store_close(store);
}

static int take_all(const char *home, int fd)
{
	struct key_store *store = NULL;

	if (key_store_open(home, &store)) {
		return 1;
	}
	for (int i = 0; i < 50; i++) {
		struct key_store_subject one = subject(i);
		struct key_store_txn txn;
		struct key_store_key key;

		key_store_begin(store, &txn);
		if (!key_store_take(&txn, &one, &key) || key_store_commit(&txn) ||
		    write(fd, &key, sizeof key) != sizeof key) {
			return 1;
		}
	}
	key_store_close(store);
	return 0;
}

/* Two doors in one home that race for fifty cases agree on every key. */
static void two_doors(void **state)
{
	int pipes[2][2], status;
	pid_t pids[2];
	struct key_store_key keys[2];

	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(pipes[i]), 0);
		pids[i] = fork();
		if (pids[i] == 0) {
			_exit(take_all(*state, pipes[i][1]));
		}
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	for (int i = 0; i < 50; i++) {
		for (int door = 0; door < 2; door++) {
			assert_int_equal(read(pipes[door][0], &keys[door], sizeof keys[door]),
					 sizeof keys[door]);
		}
		assert_memory_equal(&keys[0], &keys[1], sizeof keys[0]);
	}
	for (int i = 0; i < 2; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
}

static struct key_store_subject numbered(uint32_t number)
{
	struct case_id id = {{0x08, 0x16, 0xb6, 0x12, 0xca, 0x67}};

	memcpy(id.key + 8, &number, sizeof number);
	return key_store_subject_of(&id, SECRET);
}

/* Each of a range of subjects has its key, whatever moved meanwhile. */
static void take_range(
	struct key_store *store, uint32_t from, uint32_t to, struct key_store_key *keys, bool known)
{
	struct key_store_txn txn;
	struct key_store_key key;

	key_store_begin(store, &txn);
	for (uint32_t i = from; i < to; i++) {
		struct key_store_subject one = numbered(i);

		assert_true(key_store_take(&txn, &one, &key));
		if (known) {
			assert_memory_equal(&key, &keys[i], sizeof key);
		}
		keys[i] = key;
	}
	assert_int_equal(key_store_commit(&txn), ERR_OK);
}

/* Keys keep their values while tens of thousands are moved from where they were made to their places, also for a door that comes later,
 * and after a transaction that was aborted in the middle of moving. */
static void moved(void **state)
{
	enum { MANY = 40000, STEP = 1000 };
	static struct key_store_key keys[MANY];
	struct key_store *store = NULL;
	struct key_store_txn txn;
	struct key_store_key key;

	assert_int_equal(key_store_open(*state, &store), ERR_OK);
	for (uint32_t at = 0; at < MANY; at += STEP) {
		take_range(store, at, at + STEP, keys, false);
		take_range(store, at / 2, at / 2 + 10, keys, true);
		struct key_store_subject stranger = numbered(MANY + at);

		key_store_begin(store, &txn);
		assert_true(key_store_take(&txn, &stranger, &key));
		key_store_abort(&txn);
		assert_int_equal(key_store_find(store, &stranger, &key), ERR_ABSENT);
	}
	key_store_close(store);
	assert_int_equal(key_store_open(*state, &store), ERR_OK);
	take_range(store, 0, MANY, keys, true);
	for (uint32_t i = 0; i < MANY; i += 777) {
		struct key_store_subject one = numbered(i);

		assert_int_equal(key_store_find(store, &one, &key), ERR_OK);
		assert_memory_equal(&key, &keys[i], sizeof key);
	}
	key_store_close(store);
}

/* A key that was destroyed stays so when those made beside it are moved to their places, and one that was moved can be destroyed. */
static void destroyed_and_moved(void **state)
{
	enum { MANY = 20000, STEP = 1000 };
	static struct key_store_key keys[MANY];
	struct key_store *store = NULL;
	struct key_store_key key;
	struct key_store_subject fresh = numbered(5), settled = numbered(6), other = numbered(7);

	assert_int_equal(key_store_open(*state, &store), ERR_OK);
	take_range(store, 0, STEP, keys, false);
	assert_int_equal(key_store_destroy(store, &fresh), ERR_OK);
	assert_int_equal(key_store_find(store, &fresh, &key), ERR_ERASED);
	for (uint32_t at = STEP; at < MANY; at += STEP) {
		take_range(store, at, at + STEP, keys, false);
	}
	assert_int_equal(key_store_find(store, &fresh, &key), ERR_ERASED);
	assert_int_equal(key_store_destroy(store, &settled), ERR_OK);
	assert_int_equal(key_store_find(store, &settled, &key), ERR_ERASED);
	assert_int_equal(taken(store, &fresh).version, 2);
	assert_int_equal(taken(store, &settled).version, 2);
	assert_int_equal(key_store_find(store, &other, &key), ERR_OK);
	assert_memory_equal(&key, &keys[7], sizeof key);
	key_store_close(store);
}

/* The subject tells nothing without the secret: another secret, another subject; but the date leads it, for locality. */
static void subject_is_keyed(void **state)
{
	static const uint8_t OTHER[32] = {9};
	struct case_id id = {{0x08, 0x16, 0xb6, 0x12, 0xca, 0x67, 1}};
	struct key_store_subject a = key_store_subject_of(&id, SECRET),
				 b = key_store_subject_of(&id, OTHER);

	(void)state;
	assert_memory_equal(a.id, id.key + 3, 3);
	assert_memory_not_equal(a.id + 3, b.id + 3, sizeof a.id - 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_key, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(destroyed, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(aborted, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(two_doors, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(moved, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(destroyed_and_moved, folder_setup, folder_teardown),
		cmocka_unit_test(subject_is_keyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
