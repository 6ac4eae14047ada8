/* dump.c: prints the logical content of a projection as text, and checks that its tables agree. */
#include "consumers/dump.h"

#include <inttypes.h>

#include "common/limits.h"
#include "consumers/parked.h"
#include "consumers/shard.h"

static void print_hex(struct span bytes, FILE *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < bytes.n; i++) {
		fputc(digits[bytes.p[i] >> 4], out);
		fputc(digits[bytes.p[i] & 15], out);
	}
}

static void print_row(const char *table, struct span key, struct span value, FILE *out)
{
	fprintf(out, "%s ", table);
	print_hex(key, out);
	fputc(' ', out);
	print_hex(value, out);
	fputc('\n', out);
}

/* The offset of a parked event is not content: in a copy of the log the same record may have another one. */
static void print_parked(struct span key, struct span value, FILE *out)
{
	struct parked_event event;

	if (!parked_read(key, value, &event)) {
		return;
	}
	fprintf(out, "parked %d %.*s %" PRIu32 " %s tick %" PRId64 " ", event.partition,
		SPAN_ARGS(event.subject), event.number,
		event.row.err ? err_name((enum err)event.row.err) : "BEHIND", event.row.tick);
	print_hex(event.bytes, out);
	fputc('\n', out);
}

/* The cursor that stands on the smallest key; -1: all are at their end. */
static int smallest(const struct kv_cursor *cursors, const bool *more, int n)
{
	int found = -1;

	for (int i = 0; i < n; i++) {
		if (more[i] && (found < 0 || span_cmp(cursors[i].key, cursors[found].key) < 0)) {
			found = i;
		}
	}
	return found;
}

/* @param name NULL: parked events */
static void print_table(const char *name, int kv_table, struct kv_txn *txns, int n, FILE *out)
{
	struct kv_cursor cursors[LIMIT_PARTITIONS] = {0};
	bool more[LIMIT_PARTITIONS] = {0};

	for (int i = 0; i < n; i++) {
		kv_cursor_open(&txns[i], kv_table, &cursors[i]);
		more[i] = kv_cursor_seek(&cursors[i], (struct span){0});
	}
	for (int i = smallest(cursors, more, n); i >= 0; i = smallest(cursors, more, n)) {
		if (name) {
			print_row(name, cursors[i].key, cursors[i].value, out);
		} else {
			print_parked(cursors[i].key, cursors[i].value, out);
		}
		more[i] = kv_cursor_next(&cursors[i]);
	}
	for (int i = 0; i < n; i++) {
		kv_cursor_close(&cursors[i]);
	}
}

enum err dump_print(const struct projection *projection,
		    struct kv *const *shards,
		    int n_shards,
		    FILE *out)
{
	struct kv_txn txns[LIMIT_PARTITIONS] = {0};
	const char *names[LIMIT_KV_TABLES + 1];
	int own = shard_kv_names(projection, names, LIMIT_KV_TABLES + 1) - 2 - PARKED_TABLES;
	enum err err = n_shards <= LIMIT_PARTITIONS ? ERR_OK : ERR_TOO_BIG;

	for (int i = 0; i < n_shards && !err; i++) {
		err = kv_txn_begin(shards[i], false, &txns[i]);
	}
	for (int table = 0; table < own && !err; table++) {
		print_table(names[table], table, txns, n_shards, out);
	}
	if (!err) {
		print_table(NULL, own + PARKED_EVENTS, txns, n_shards, out);
	}
	for (int i = 0; i < n_shards && i < LIMIT_PARTITIONS; i++) {
		err = err ? err : txns[i].err;
		kv_txn_abort(&txns[i]);
	}
	return err ? err : ferror(out) ? ERR_IO : ERR_OK;
}

/* Every row's entries are there and point back; as many as the rows have. */
static void check_index(
	struct kv_txn *txn, int kv_table, int kv_index, const struct index *index, struct buf *out)
{
	struct kv_cursor cursor = {0};
	struct index_keys entries;
	uint64_t expected = 0;
	struct span back;

	kv_cursor_open(txn, kv_table, &cursor);
	for (bool more = kv_cursor_seek(&cursor, (struct span){0}); more;
	     more = kv_cursor_next(&cursor)) {
		projection_keys(index, cursor.key, cursor.value, &entries);
		expected += (uint64_t)entries.n;
		for (int i = 0; i < entries.n; i++) {
			if (!kv_get(txn, kv_index, projection_key(&entries, i), &back) ||
			    !span_eq(back, cursor.key)) {
				buf_printf(out, "index %s: a row has no entry\n", index->name);
			}
		}
	}
	kv_cursor_close(&cursor);
	if (kv_count(txn, kv_index) != expected) {
		buf_printf(out, "index %s: %" PRIu64 " entries, its rows have %" PRIu64 "\n",
			   index->name, kv_count(txn, kv_index), expected);
	}
}

enum err dump_check(const struct projection *projection, struct kv *shard, struct buf *ret_problems)
{
	CLEANUP(kv_txn_abort) struct kv_txn txn = {0};
	size_t before = ret_problems->n;
	int kv_table = 0;
	bool agrees = true;

	kv_txn_begin(shard, false, &txn);
	for (const struct table *table = projection->tables; table->name; table++) {
		int rows = kv_table++;

		for (const struct index *x = table->indexes; x && x->name; x++) {
			check_index(&txn, rows, kv_table++, x, ret_problems);
		}
	}
	if (projection->check && !txn.err) {
		agrees = projection->check(&txn, ret_problems);
	}
	if (txn.err || ret_problems->err) {
		return txn.err ? txn.err : ret_problems->err;
	}
	return agrees && ret_problems->n == before ? ERR_OK : ERR_CONFLICT;
}
