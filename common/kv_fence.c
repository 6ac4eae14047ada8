/* kv_fence.c: commits without a sync, behind a mark: whoever finds it after the machine went down does not trust the environment. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/kv_parts.h"

enum { BOOT_ID_BYTES = 64 };

static const char MARK[] = "unsynced";
static const char NEW_MARK[] = "unsynced.new";
static const char FAILED[] = "failed"; /* no boot has this id */

/* Names this start of the machine. @return its bytes, 0: unknown */
static size_t boot_id(char ret_id[BOOT_ID_BYTES])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, ret_id, BOOT_ID_BYTES);

	if (fd >= 0) {
		close(fd);
	}
	return n > 0 ? (size_t)n : 0;
}

static enum err write_all(int fd, const void *bytes, size_t n)
{
	ssize_t written = write(fd, bytes, n);

	if (written == (ssize_t)n && !fsync(fd)) {
		return ERR_OK;
	}
	return written < 0 && errno != ENOSPC && errno != EDQUOT ? ERR_STORE : ERR_STORE_FULL;
}

/* The mark, on the disk when this returns. */
static enum err mark(const char *dir, const void *bytes, size_t n)
{
	int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = folder < 0
			 ? -1
			 : openat(folder, NEW_MARK, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum err err = fd < 0 ? ERR_STORE : write_all(fd, bytes, n);

	if (fd >= 0) {
		close(fd);
	}
	if (!err && (renameat(folder, NEW_MARK, folder, MARK) || fsync(folder))) {
		err = ERR_STORE;
	}
	if (folder >= 0) {
		close(folder);
	}
	return err;
}

static enum err unmark(const char *dir)
{
	int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err = ERR_OK;

	if (folder < 0 || (unlinkat(folder, MARK, 0) && errno != ENOENT) || fsync(folder)) {
		err = ERR_STORE;
	}
	if (folder >= 0) {
		close(folder);
	}
	return err;
}

enum err kv_fence_read(const char *dir, bool *ret_fenced)
{
	char path[KV_PATH_BYTES], written[BOOT_ID_BYTES], now[BOOT_ID_BYTES];

	*ret_fenced = false;
	if (snprintf(path, sizeof path, "%s/%s", dir, MARK) >= (int)sizeof path) {
		return ERR_USAGE;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		return errno == ENOENT || errno == ENOTDIR ? ERR_OK : ERR_STORE;
	}
	ssize_t n = read(fd, written, sizeof written);

	close(fd);
	*ret_fenced = n > 0 && (size_t)n == boot_id(now) && memcmp(written, now, (size_t)n) == 0;
	return *ret_fenced ? ERR_OK : ERR_STORE_TORN;
}

enum err kv_fence(struct kv *kv)
{
	char id[BOOT_ID_BYTES];
	size_t n = boot_id(id);

	assert(kv->mode == KV_WRITE);
	if (kv->fenced) {
		return ERR_OK;
	}
	if (!n || kv->broken) {
		return kv->broken ? ERR_STORE : ERR_ABSENT;
	}
	enum err err = mark(kv->dir, id, n);

	if (!err) {
		mdb_env_set_flags(kv->env, MDB_NOSYNC, 1);
		kv->fenced = true;
	}
	return err;
}

/* What was not written may be lost although the kernel calls its pages clean: the mark then stays for ever. */
enum err kv_fence_sync(struct kv *kv)
{
	if (!kv->broken && mdb_env_sync(kv->env, 1) != MDB_SUCCESS) {
		kv->broken = true;
		mark(kv->dir, FAILED, sizeof FAILED - 1);
	}
	return kv->broken ? ERR_STORE : ERR_OK;
}

enum err kv_fence_end(struct kv *kv)
{
	if (!kv->fenced) {
		return ERR_OK;
	}
	enum err err = kv_fence_sync(kv);

	if (!err) {
		err = unmark(kv->dir);
	}
	if (!err) {
		mdb_env_set_flags(kv->env, MDB_NOSYNC, 0);
		kv->fenced = false;
	}
	return err;
}

bool kv_fence_is_up(const struct kv *kv)
{
	return kv->fenced;
}
