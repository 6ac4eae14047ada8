/*
 * kv_files.c: the files of an open environment: that they are still those in its folder, and what is said when they cannot
 * be read.
 *
 * What goes wrong without it:
 *  1. lock.mdb is removed (a clean-up, a copy put back). Whoever opens the environment next makes another one.
 *  2. Those that have the old one and those that have the new one do not see each other: a reader reads a state of long ago
 *     for ever, and the writer uses its pages again; two that may write do so together.
 */
#include "common/kv_files.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"

enum { FILES_LINE_BYTES = KV_PATH_BYTES + 128 };

static struct kv_file look(const struct kv *kv, const char *name)
{
	char path[KV_PATH_BYTES + 16];
	struct stat about;

	(void)snprintf(path, sizeof path, "%s/%s", kv->dir, name);
	return stat(path, &about) ? (struct kv_file){0}
				  : (struct kv_file){about.st_dev, about.st_ino};
}

static bool same(struct kv_file a, struct kv_file b)
{
	return a.device == b.device && a.inode == b.inode;
}

void kv_files_note(struct kv *kv)
{
	kv->data_file = look(kv, "data.mdb");
	kv->lock_file = look(kv, "lock.mdb");
}

/* A missing lock.mdb does no harm yet: all that have the environment open have the same one. */
bool kv_files_are_ours(const struct kv *kv)
{
	struct kv_file lock = look(kv, "lock.mdb");

	return same(look(kv, "data.mdb"), kv->data_file) &&
	       (!lock.inode || same(lock, kv->lock_file));
}

static void end(const char *what, struct span file)
{
	LOG(ERROR, err_text(ERR_STORE), LOG_TEXT("error", err_name(ERR_STORE)),
	    LOG_TEXT("why", what), LOG_SPAN("file", file), LOG_TEXT("cure", err_cure(ERR_STORE)));
	_exit(err_exit_code(ERR_STORE));
}

/* The mapped file in which an address lies. */
static void find_file(const void *address, char ret_path[KV_PATH_BYTES])
{
	char line[FILES_LINE_BYTES];
	FILE *maps = fopen("/proc/self/maps", "re");
	bool found = false;

	ret_path[0] = '\0';
	while (maps && !found && fgets(line, sizeof line, maps)) {
		uintptr_t from = 0, to = 0;

		/* NOLINTNEXTLINE(cert-err34-c): the kernel wrote it */
		found = sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %*s %4095[^\n]", &from,
			       &to, ret_path) >= 2 &&
			(uintptr_t)address >= from && (uintptr_t)address < to;
	}
	if (maps) {
		(void)fclose(maps);
	}
}

/*
 * A page of a map that the file does not have, or that the disk cannot read. Raised by the thread that reads the map, which
 * holds no lock of the C library then: what a handler may not call otherwise is safe here.
 */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
	char path[KV_PATH_BYTES];

	(void)context;
	(void)signal(number, SIG_DFL);
	if (info->si_code <= 0) {
		(void)raise(number); /* sent by somebody */
		return;
	}
	find_file(info->si_addr, path);
	end("a page of a mapped file is not there: it was cut short, or the disk cannot read it",
	    span_cstr(path));
}

static void catch_bus_errors(void)
{
	struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};

	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGBUS, &action, NULL);
}

static void on_assert(MDB_env *env, const char *message)
{
	const struct kv *kv = mdb_env_get_userctx(env);

	end(message, span_cstr(kv->dir));
}

void kv_files_watch(struct kv *kv)
{
	catch_bus_errors();
	mdb_env_set_userctx(kv->env, kv);
	mdb_env_set_assert(kv->env, on_assert);
}
