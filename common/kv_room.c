/*
 * kv_room.c: room on the disk for an environment: reserved ahead where running out of it could not be reported, probed for
 * after running out.
 */
#include "common/kv_room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/limits.h"

/* A reader's slot is a cache line; before them stand the header's. */
enum {
	ROOM_LOCK_BYTES = LIMIT_KV_READERS * 64 + 4096,
	ROOM_BYTES = 1 << 20,
	ROOM_PATH_BYTES = 4096
};

static int open_in(const char *dir, const char *name, char ret_path[ROOM_PATH_BYTES])
{
	if (snprintf(ret_path, ROOM_PATH_BYTES, "%s/%s", dir, name) >= ROOM_PATH_BYTES) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(ret_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static bool is_full(int code)
{
	return code == ENOSPC || code == EDQUOT;
}

enum err kv_room_make_folder(const char *dir)
{
	char path[ROOM_PATH_BYTES];
	size_t n = strlen(dir);

	if (n == 0 || n >= sizeof path) {
		return ERR_USAGE;
	}
	memcpy(path, dir, n + 1);
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0') {
			continue;
		}
		path[i] = '\0';
		if (mkdir(path, 0700) && errno != EEXIST) {
			return is_full(errno) ? ERR_STORE_FULL : ERR_STORE;
		}
		path[i] = i < n ? '/' : '\0';
	}
	return ERR_OK;
}

enum err kv_room_reserve(const char *dir)
{
	char path[ROOM_PATH_BYTES];
	int fd = open_in(dir, "lock.mdb", path), code = errno;

	if (fd < 0) {
		return is_full(code) ? ERR_STORE_FULL : ERR_STORE;
	}
	/* Its size stays as it is: LMDB goes by that. */
	code = fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, ROOM_LOCK_BYTES) ? errno : 0;
	close(fd);
	return is_full(code) ? ERR_STORE_FULL : ERR_OK;
}

bool kv_room_is_there(const char *dir)
{
	char path[ROOM_PATH_BYTES];
	int fd = open_in(dir, "room", path);

	if (fd < 0) {
		return false;
	}
	bool found = !posix_fallocate(fd, 0, ROOM_BYTES);

	close(fd);
	unlink(path);
	return found;
}
