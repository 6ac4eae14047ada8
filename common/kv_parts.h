/* kv_parts.h: what the parts of kv share; others include common/kv.h. */
#ifndef GOVBUS_COMMON_KV_PARTS_H
#define GOVBUS_COMMON_KV_PARTS_H

#include <lmdb.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <time.h>

#include "common/kv.h"
#include "common/limits.h"

enum { KV_PATH_BYTES = 4096 };

/* Which file it is, whatever its name; inode 0: none. */
struct kv_file {
	dev_t device;
	ino_t inode;
};

struct kv {
	uint32_t magic;
	MDB_env *env;
	MDB_dbi dbis[LIMIT_KV_TABLES];
	int tables;
	int lock_fd; /* of a KV_WRITE, else -1 */
	enum kv_mode mode;
	time_t checked_at;
	bool fenced; /* commits are not synced, and a mark in the folder says so */
	/* A write failed in a way after which the kernel's pages cannot be trusted */
	_Atomic bool broken;
	bool replaced; /* another file stands where one of these stood: never write again */
	struct kv_file data_file, lock_file;
	char dir[KV_PATH_BYTES];
};

/**
 * What the mark in an environment's folder says, on opening it: all is synced; or commits were not synced, but since the machine's last
 * start, so the kernel still has them; or the machine went down before they were.
 * @param ret_fenced  commits wait for a sync
 * @return STORE_TORN: not to be opened; STORE
 */
enum err kv_fence_read(const char *dir, bool *ret_fenced);

/** Remembers what an LMDB function returned, if it is the transaction's first error. */
void kv_parts_fail(struct kv_txn *txn, int code);

/** Whether the transaction can still be used. */
bool kv_parts_usable(struct kv_txn *txn, int table);

/** Whether LMDB takes such a key; one that it would refuse is refused here, with an error of its own in the transaction. */
bool kv_parts_key_fits(struct kv_txn *txn, struct span key);

/** The same bytes as LMDB has them, borrowed. */
static inline MDB_val kv_parts_val(struct span s)
{
	return (MDB_val){.mv_size = s.n, .mv_data = (void *)(uintptr_t)s.p};
}

#endif
