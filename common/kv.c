/* kv.c: an LMDB environment, its tables and transactions; the only place that knows LMDB. */
#include "common/kv.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "common/kv_files.h"
#include "common/kv_parts.h"
#include "common/kv_room.h"

enum { KV_MAGIC = 0x6b76656e, KV_CHECK_SECONDS = 1 };

/* The one translation of LMDB's codes and of the errnos that it passes on. */
static enum err err_of(int code)
{
	switch (code) {
	case MDB_SUCCESS:
		return ERR_OK;
	case MDB_NOTFOUND:
	case ENOENT:
		return ERR_ABSENT;
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return ERR_STORE_FULL;
	case MDB_READERS_FULL:
		return ERR_BUSY;
	case MDB_VERSION_MISMATCH:
		return ERR_STORE_VERSION;
	case MDB_BAD_VALSIZE:
		return ERR_TOO_BIG;
	case ENOMEM:
		return ERR_NOMEM;
	default:
		return ERR_STORE;
	}
}

void kv_parts_fail(struct kv_txn *txn, int code)
{
	if (!txn->err) {
		txn->err = err_of(code);
	}
}

/* One writing process per environment: a second one would block inside LMDB, for ever if the first one is stopped. */
static enum err lock_writer(struct kv *kv, const char *dir)
{
	char path[KV_PATH_BYTES];

	if (snprintf(path, sizeof path, "%s/writer.lock", dir) >= (int)sizeof path) {
		return ERR_USAGE;
	}
	kv->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (kv->lock_fd < 0) {
		return err_of(errno) == ERR_STORE_FULL ? ERR_STORE_FULL : ERR_STORE;
	}
	if (flock(kv->lock_fd, LOCK_EX | LOCK_NB)) {
		return errno == EWOULDBLOCK ? ERR_BUSY : ERR_STORE;
	}
	return ERR_OK;
}

static enum err open_tables(struct kv *kv, const char *const *names, bool make)
{
	MDB_txn *mdb = NULL;
	int code = mdb_txn_begin(kv->env, NULL, make ? 0 : MDB_RDONLY, &mdb);

	if (code) {
		return err_of(code);
	}
	for (int i = 0; names[i] && !code; i++) {
		assert(i < LIMIT_KV_TABLES);
		code = mdb_dbi_open(mdb, names[i], make ? MDB_CREATE : 0, &kv->dbis[i]);
		kv->tables = i + 1;
	}
	if (code) {
		mdb_txn_abort(mdb);
		return err_of(code);
	}
	return err_of(mdb_txn_commit(mdb));
}

static enum err open_env(struct kv *kv, const struct kv_config *config)
{
	unsigned flags = config->mode == KV_READ    ? MDB_RDONLY
			 : config->mode == KV_WRITE ? MDB_NOMETASYNC
						    : 0;
	uint64_t map_bytes = config->map_bytes ? config->map_bytes : LIMIT_KV_MAP_BYTES;
	int code = mdb_env_create(&kv->env);

	if (!code) {
		code = mdb_env_set_mapsize(kv->env, map_bytes);
	}
	if (!code) {
		code = mdb_env_set_maxdbs(kv->env, LIMIT_KV_TABLES);
	}
	if (!code) {
		code = mdb_env_set_maxreaders(kv->env, LIMIT_KV_READERS);
	}
	if (!code) {
		kv_files_watch(kv);
		/* NOTLS: a reading transaction belongs to its object, not to the thread that began it. */
		code = mdb_env_open(kv->env, config->dir, MDB_NOTLS | flags, 0600);
	}
	if (code) {
		return err_of(code);
	}
	kv_files_note(kv);
	kv_check_readers(kv);
	return open_tables(kv, config->names, config->mode != KV_READ);
}

/* Commits that wait for a sync are still in the kernel's memory: a writer goes on where the last one was killed. */
static enum err open_fenced(struct kv *kv, const struct kv_config *config)
{
	bool fenced = false;
	enum err err = kv_fence_read(config->dir, &fenced);

	if (err) {
		return err == ERR_STORE_TORN && kv->mode == KV_READ ? ERR_ABSENT : err;
	}
	err = open_env(kv, config);
	if (!err && fenced && kv->mode == KV_WRITE) {
		mdb_env_set_flags(kv->env, MDB_NOSYNC, 1);
		kv->fenced = true;
	}
	return err;
}

enum err kv_open(const struct kv_config *config, struct kv **ret_kv)
{
	struct kv *kv = calloc(1, sizeof *kv);
	enum err err = ERR_OK;

	if (!kv) {
		return ERR_NOMEM;
	}
	kv->magic = KV_MAGIC;
	kv->lock_fd = -1;
	kv->mode = config->mode;
	if (snprintf(kv->dir, sizeof kv->dir, "%s", config->dir) >= (int)sizeof kv->dir) {
		err = ERR_USAGE;
	}
	if (!err && kv->mode != KV_READ) {
		err = kv_room_make_folder(config->dir);
	}
	if (!err && kv->mode == KV_WRITE) {
		err = lock_writer(kv, config->dir);
	}
	if (!err && kv->mode != KV_READ) {
		err = kv_room_reserve(config->dir);
	}
	if (!err) {
		err = open_fenced(kv, config);
	}
	if (err) {
		kv_close(kv);
		return err;
	}
	*ret_kv = kv;
	return ERR_OK;
}

void kv_close(struct kv *kv)
{
	if (!kv) {
		return;
	}
	assert(kv->magic == KV_MAGIC);
	if (kv->env) {
		kv_fence_end(kv);
		mdb_env_close(kv->env);
	}
	if (kv->lock_fd >= 0) {
		close(kv->lock_fd);
	}
	kv->magic = 0;
	free(kv);
}

void kv_check_readers(struct kv *kv)
{
	int dead = 0;

	if (mdb_reader_check(kv->env, &dead) == MDB_SUCCESS) {
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
		kv->checked_at = now.tv_sec;
	}
}

/*
 * A dead reader pins old pages, and the file grows by 500 MB/s at full rate until its slot is freed. Files that were
 * replaced are no more than a second's commits behind.
 */
static void check_in_time(struct kv *kv)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (now.tv_sec - kv->checked_at >= KV_CHECK_SECONDS) {
		kv_check_readers(kv);
		kv->replaced = kv->replaced || !kv_files_are_ours(kv);
	}
}

bool kv_is_replaced(const struct kv *kv)
{
	return !kv_files_are_ours(kv);
}

enum err kv_txn_begin(struct kv *kv, bool writable, struct kv_txn *txn)
{
	MDB_txn *mdb = NULL;
	unsigned flags = writable ? 0 : MDB_RDONLY;

	assert(kv->magic == KV_MAGIC && !txn->mdb);
	*txn = (struct kv_txn){.kv = kv, .writable = writable};
	if (writable && (kv->broken || kv->mode == KV_READ)) {
		txn->err = kv->broken ? ERR_STORE : ERR_DENIED;
		return txn->err;
	}
	if (writable) {
		check_in_time(kv);
	}
	if (writable && kv->replaced) {
		txn->err = ERR_STORE_REPLACED;
		return txn->err;
	}
	int code = mdb_txn_begin(kv->env, NULL, flags, &mdb);

	if (code == MDB_READERS_FULL) {
		kv_check_readers(kv);
		code = mdb_txn_begin(kv->env, NULL, flags, &mdb);
	}
	if (code) {
		kv_parts_fail(txn, code);
		return txn->err;
	}
	txn->mdb = mdb;
	return ERR_OK;
}

/* Renewed, LMDB would look up each table's root again. */
static bool is_newest(const struct kv_txn *txn)
{
	MDB_envinfo info;

	return !txn->err && !txn->resting && mdb_env_info(txn->kv->env, &info) == MDB_SUCCESS &&
	       info.me_last_txnid == mdb_txn_id(txn->mdb);
}

enum err kv_txn_renew(struct kv_txn *txn)
{
	assert(!txn->writable);
	if (!txn->mdb) {
		return txn->kv ? kv_txn_begin(txn->kv, false, txn) : txn->err;
	}
	if (is_newest(txn)) {
		return ERR_OK;
	}
	mdb_txn_reset(txn->mdb);
	int code = mdb_txn_renew(txn->mdb);

	txn->resting = false;
	txn->err = err_of(code);
	if (code) {
		mdb_txn_abort(txn->mdb);
		txn->mdb = NULL;
	}
	return txn->err;
}

void kv_txn_rest(struct kv_txn *txn)
{
	assert(!txn->writable);
	if (txn->mdb) {
		mdb_txn_reset(txn->mdb);
		txn->resting = true;
	}
}

enum err kv_txn_commit(struct kv_txn *txn)
{
	if (txn->err || !txn->mdb) {
		kv_txn_abort(txn);
		return txn->err ? txn->err : ERR_BUG;
	}
	int code = mdb_txn_commit(txn->mdb);

	txn->mdb = NULL;
	kv_parts_fail(txn, code);
	if (txn->writable && txn->err == ERR_STORE) {
		/* After a failed fdatasync the kernel may call lost pages clean: never write through this handle again. */
		txn->kv->broken = true;
	}
	if (txn->err == ERR_STORE_FULL) {
		kv_check_readers(txn->kv);
	}
	return txn->err;
}

void kv_txn_abort(struct kv_txn *txn)
{
	if (!txn->mdb) {
		return;
	}
	mdb_txn_abort(txn->mdb);
	txn->mdb = NULL;
	if (txn->err == ERR_STORE_FULL) {
		kv_check_readers(txn->kv);
	}
}

bool kv_parts_usable(struct kv_txn *txn, int table)
{
	if (txn->err || !txn->mdb) {
		return false;
	}
	assert(table >= 0 && table < txn->kv->tables);
	return true;
}

bool kv_parts_key_fits(struct kv_txn *txn, struct span key)
{
	if (key.n == 0 || key.n > LIMIT_KEY_BYTES) {
		txn->err = key.n ? ERR_TOO_BIG : ERR_INVALID;
		return false;
	}
	return true;
}

bool kv_get(struct kv_txn *txn, int table, struct span key, struct span *ret_value)
{
	MDB_val k = kv_parts_val(key), v;

	if (!kv_parts_usable(txn, table) || !kv_parts_key_fits(txn, key)) {
		return false;
	}
	int code = mdb_get(txn->mdb, txn->kv->dbis[table], &k, &v);

	if (code == MDB_SUCCESS) {
		*ret_value = span_of(v.mv_data, v.mv_size);
		return true;
	}
	if (code != MDB_NOTFOUND) {
		kv_parts_fail(txn, code);
	}
	return false;
}

void kv_put(struct kv_txn *txn, int table, struct span key, struct span value)
{
	MDB_val k = kv_parts_val(key), v = kv_parts_val(value);

	if (kv_parts_usable(txn, table) && kv_parts_key_fits(txn, key)) {
		kv_parts_fail(txn, mdb_put(txn->mdb, txn->kv->dbis[table], &k, &v, 0));
	}
}

void kv_del(struct kv_txn *txn, int table, struct span key)
{
	MDB_val k = kv_parts_val(key);

	if (kv_parts_usable(txn, table) && kv_parts_key_fits(txn, key)) {
		int code = mdb_del(txn->mdb, txn->kv->dbis[table], &k, NULL);

		kv_parts_fail(txn, code == MDB_NOTFOUND ? MDB_SUCCESS : code);
	}
}

static bool read_stat(struct kv_txn *txn, int table, MDB_stat *ret_stat)
{
	if (!kv_parts_usable(txn, table)) {
		return false;
	}
	int code = mdb_stat(txn->mdb, txn->kv->dbis[table], ret_stat);

	kv_parts_fail(txn, code);
	return code == MDB_SUCCESS;
}

uint64_t kv_count(struct kv_txn *txn, int table)
{
	MDB_stat stat;

	return read_stat(txn, table, &stat) ? stat.ms_entries : 0;
}

uint64_t kv_pages(struct kv_txn *txn, int table)
{
	MDB_stat stat;

	return read_stat(txn, table, &stat)
		       ? stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages
		       : 0;
}

uint64_t kv_used_bytes(struct kv *kv)
{
	MDB_envinfo info;
	MDB_stat stat;

	if (mdb_env_info(kv->env, &info) || mdb_env_stat(kv->env, &stat)) {
		return 0;
	}
	return (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize;
}
