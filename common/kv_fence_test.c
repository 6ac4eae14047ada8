/* kv_fence_test.c: commits without a sync are seen at once and survive the process; after the machine's end they are not trusted.
 * @wrap fdatasync
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/kv_bed.h"

static int syncs, sync_errno;

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
	syncs++;
	errno = sync_errno;
	return sync_errno ? -1 : __real_fdatasync(fd);
}

static const char *mark_path(void)
{
	static char path[sizeof dir + 16];

	(void)snprintf(path, sizeof path, "%s/unsynced", dir);
	return path;
}

static bool is_marked(void)
{
	return access(mark_path(), F_OK) == 0;
}

static void write_mark(const char *boot)
{
	FILE *file = fopen(mark_path(), "w");

	assert_non_null(file);
	assert_true(fputs(boot, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static enum err open_as(enum kv_mode mode, struct kv **ret_kv)
{
	struct kv_config config = {.dir = dir, .mode = mode, .names = names};

	return kv_open(&config, ret_kv);
}

/* Seen at once by a reader, synced by nobody until kv_fence_sync; durable again afterwards. */
static void test_fenced_commits(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);

	(void)state;
	assert_int_equal(put_range(kv, 0, 10, 100), ERR_OK);
	assert_false(kv_fence_is_up(kv) || is_marked());
	assert_int_equal(kv_fence(kv), ERR_OK);
	assert_int_equal(kv_fence(kv), ERR_OK);
	assert_true(kv_fence_is_up(kv) && is_marked());
	syncs = 0;
	assert_int_equal(put_range(kv, 10, 500, 100), ERR_OK);
	assert_int_equal(count(kv), 500);
	assert_int_equal(syncs, 0);
	assert_int_equal(kv_fence_sync(kv), ERR_OK);
	assert_int_equal(syncs, 1);
	assert_true(is_marked()); /* more commits may come */
	assert_int_equal(kv_fence_end(kv), ERR_OK);
	assert_false(kv_fence_is_up(kv) || is_marked());
	syncs = 0;
	assert_int_equal(put_range(kv, 500, 510, 100), ERR_OK);
	assert_int_equal(syncs, 1);
	kv_close(kv);
}

/* A stop leaves no mark. */
static void test_close_syncs(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);

	(void)state;
	assert_int_equal(kv_fence(kv), ERR_OK);
	assert_int_equal(put_range(kv, 0, 10, 100), ERR_OK);
	syncs = 0;
	kv_close(kv);
	assert_int_equal(syncs, 1);
	assert_false(is_marked());
}

/* A process that is killed leaves the mark; the kernel has what it committed, and the next one goes on with it. */
static void test_killed(void **state)
{
	(void)state;
	pid_t pid = fork();

	if (pid == 0) {
		struct kv *kv = open_kv(KV_WRITE, 0);

		_exit(kv_fence(kv) || put_range(kv, 0, 100, 100) ? 1 : 0);
	}
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(is_marked());
	struct kv *kv = open_kv(KV_READ, 0);

	assert_int_equal(count(kv), 100);
	kv_close(kv);
	assert_true(is_marked()); /* that was a reader */
	kv = open_kv(KV_WRITE, 0);
	assert_true(kv_fence_is_up(kv));
	assert_int_equal(count(kv), 100);
	syncs = 0;
	assert_int_equal(kv_fence_end(kv), ERR_OK);
	assert_int_equal(syncs, 1);
	assert_false(is_marked());
	kv_close(kv);
}

/* A mark of another start of the machine, or none that can be read: the pages may be of any age. Nobody opens that. */
static void test_machine_went_down(void **state)
{
	static const char *const boots[] = {"00000000-0000-0000-0000-000000000000\n", "", "failed"};
	struct kv *kv = open_kv(KV_WRITE, 0);

	(void)state;
	assert_int_equal(put_range(kv, 0, 10, 100), ERR_OK);
	kv_close(kv);
	for (size_t i = 0; i < sizeof boots / sizeof *boots; i++) {
		write_mark(boots[i]);
		assert_int_equal(open_as(KV_WRITE, &kv), ERR_STORE_TORN);
		assert_int_equal(open_as(KV_READ, &kv), ERR_ABSENT);
	}
	assert_true(is_marked());
}

/* A sync that fails: nothing is written any more, nor is the environment trusted by the next process. */
static void test_failed_sync(void **state)
{
	struct kv *kv = open_kv(KV_WRITE, 0);

	(void)state;
	assert_int_equal(kv_fence(kv), ERR_OK);
	assert_int_equal(put_range(kv, 0, 10, 100), ERR_OK);
	sync_errno = EIO;
	assert_int_equal(kv_fence_sync(kv), ERR_STORE);
	sync_errno = 0;
	assert_int_equal(kv_fence_sync(kv), ERR_STORE);
	assert_int_equal(kv_fence_end(kv), ERR_STORE);
	assert_int_equal(put_range(kv, 10, 20, 100), ERR_STORE);
	kv_close(kv);
	assert_int_equal(open_as(KV_WRITE, &kv), ERR_STORE_TORN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fenced_commits, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_close_syncs, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_killed, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_machine_went_down, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(test_failed_sync, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
