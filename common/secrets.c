/* secrets.c: the 32-byte keys that the doors share. */
#include "common/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

static enum err read_key(const char *path, uint8_t ret_key[SECRETS_BYTES])
{
	uint8_t bytes[SECRETS_BYTES + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		return errno == ENOENT ? ERR_ABSENT : ERR_IO;
	}
	ssize_t n = read(fd, bytes, sizeof bytes);

	close(fd);
	if (n != SECRETS_BYTES) {
		return ERR_IO;
	}
	for (int i = 0; i < SECRETS_BYTES; i++) {
		ret_key[i] = bytes[i];
	}
	return ERR_OK;
}

/* Written whole under a name of its own, then linked: a reader never sees half a key, and the first link wins. */
static enum err make_key(const char *path)
{
	char own[PATH_BYTES + 32];
	uint8_t bytes[SECRETS_BYTES];

	snprintf(own, sizeof own, "%s.%ld", path, (long)getpid());
	int fd = open(own, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		return ERR_IO;
	}
	randombytes_buf(bytes, sizeof bytes);
	bool whole = write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes && fsync(fd) == 0;

	sodium_memzero(bytes, sizeof bytes);
	close(fd);
	bool linked = whole && (link(own, path) == 0 || errno == EEXIST);

	unlink(own);
	return linked ? ERR_OK : ERR_IO;
}

enum err secrets_load(const char *home, const char *name, uint8_t ret_key[SECRETS_BYTES])
{
	char folder[PATH_BYTES], path[PATH_BYTES];

	if (sodium_init() < 0 ||
	    snprintf(folder, sizeof folder, "%s/secrets", home) >= (int)sizeof folder ||
	    snprintf(path, sizeof path, "%s/secrets/%s.key", home, name) >= (int)sizeof path) {
		return ERR_IO;
	}
	enum err err = read_key(path, ret_key);

	if (err != ERR_ABSENT) {
		return err;
	}
	mkdir(home, 0755);
	mkdir(folder, 0700);
	err = make_key(path);
	return err ? err : read_key(path, ret_key);
}
