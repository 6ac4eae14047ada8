/* dead.c: shows people what could not be applied: govbus dead list and govbus dead show. */
#include "consumers/dead.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>

#include "consumers/parked.h"
#include "consumers/shard.h"

/* The kv table of parked_tables[0]. */
static int first_table(const struct projection *projection)
{
	int n = 0;

	while (projection->tables[n].name) {
		n++;
	}
	return shard_kv_table(projection, n, -1);
}

static const char *reason_of(const struct parked_row *row)
{
	return row->err ? err_name((enum err)row->err) : "BEHIND";
}

static struct span name_of(struct span subject)
{
	return subject.n ? subject : SPAN("-");
}

/* The first event of a queue that is still there. */
static bool first_of(struct kv_txn *txn,
		     int table,
		     struct span queue,
		     struct parked_event *ret_event)
{
	struct kv_cursor cursor = {0};
	uint8_t key[LIMIT_KEY_BYTES];

	if (queue.n + 1 > sizeof key) {
		return false;
	}
	memcpy(key, queue.p, queue.n);
	key[queue.n] = 0;
	struct span prefix = span_of(key, queue.n + 1);

	kv_cursor_open(txn, table + PARKED_EVENTS, &cursor);
	bool found = kv_cursor_seek(&cursor, prefix) && span_starts(cursor.key, prefix) &&
		     parked_read(cursor.key, cursor.value, ret_event);

	kv_cursor_close(&cursor);
	return found;
}

const char *dead_reason(const struct projection *projection,
			struct kv_txn *txn,
			int partition,
			struct span subject)
{
	int table = first_table(projection);
	uint8_t key[2 + LIMIT_SUBJECT_BYTES];
	struct parked_event first;

	if (!kv_count(txn, table + PARKED_QUEUES) || subject.n > LIMIT_SUBJECT_BYTES) {
		return NULL; /* nearly always */
	}
	key[0] = (uint8_t)(partition >> 8);
	key[1] = (uint8_t)partition;
	memcpy(key + 2, subject.p, subject.n);
	return first_of(txn, table, span_of(key, 2 + subject.n), &first) ? reason_of(&first.row)
									 : NULL;
}

static void print_queue(const struct parked_event *first, uint32_t waiting, bool json, FILE *out)
{
	struct span subject = name_of(first->subject);

	fprintf(out,
		json ? "{\"partition\":%d,\"subject\":\"%.*s\",\"waiting\":%" PRIu32
		       ",\"offset\":%" PRId64 ",\"tick\":%" PRId64 ",\"reason\":\"%s\"}\n"
		     : "%9d  %-40.*s %7" PRIu32 "  %12" PRId64 "  %10" PRId64 "  %s\n",
		first->partition, SPAN_ARGS(subject), waiting, first->row.offset, first->row.tick,
		reason_of(&first->row));
}

static size_t list_shard(struct kv_txn *txn, int table, bool json, FILE *out)
{
	struct kv_cursor cursor = {0};
	size_t n = 0;

	kv_cursor_open(txn, table + PARKED_QUEUES, &cursor);
	for (bool more = kv_cursor_seek(&cursor, (struct span){0}); more;
	     more = kv_cursor_next(&cursor)) {
		struct parked_event first;
		struct parked_head head;
		struct span subject;
		int partition;

		if (parked_read_queue(cursor.key, cursor.value, &partition, &subject, &head) &&
		    first_of(txn, table, cursor.key, &first)) {
			print_queue(&first, head.next - head.first, json, out);
			n++;
		}
	}
	kv_cursor_close(&cursor);
	return n;
}

enum err dead_list(const struct projection *projection,
		   const struct shard_set *set,
		   bool json,
		   FILE *out,
		   size_t *ret_subjects)
{
	size_t n = 0;
	enum err err = ERR_OK;

	if (!json) {
		fprintf(out, "%9s  %-40s %7s  %12s  %10s  %s\n", "partition", "subject", "waiting",
			"offset", "tick", "reason");
	}
	for (int i = 0; i < set->n && !err; i++) {
		struct kv_txn txn = {0};

		kv_txn_begin(set->kvs[i], false, &txn);
		n += list_shard(&txn, first_table(projection), json, out);
		err = txn.err;
		kv_txn_abort(&txn);
	}
	if (ret_subjects) {
		*ret_subjects = n;
	}
	return err ? err : ferror(out) ? ERR_IO : ERR_OK;
}

static json_t *hex(struct span bytes)
{
	size_t size = bytes.n * 2 + 1;
	char *text = malloc(size);
	json_t *json = NULL;

	if (text) {
		json = json_string(sodium_bin2hex(text, size, bytes.p, bytes.n));
	}
	free(text);
	return json;
}

static enum err print_event(const struct parked_event *parked, FILE *out)
{
	struct event ev;
	struct problem problem = {0};
	json_t *json = json_pack("{s:i,s:I,s:I,s:s}", "partition", parked->partition, "offset",
				 (json_int_t)parked->row.offset, "tick",
				 (json_int_t)parked->row.tick, "reason", reason_of(&parked->row));

	if (!json) {
		return ERR_NOMEM;
	}
	if (event_decode(parked->bytes, &ev, &problem)) {
		json_object_set_new(json, "problem", json_string(problem.reason));
		json_object_set_new(json, "bytes", hex(parked->bytes));
	} else {
		json_object_set_new(json, "event", event_to_json(&ev, false));
	}
	bool ok = json_dumpf(json, out, JSON_COMPACT) == 0 && fputc('\n', out) != EOF;

	json_decref(json);
	return ok ? ERR_OK : ERR_IO;
}

static enum err show_in_shard(
	struct kv_txn *txn, int table, struct span subject, FILE *out, size_t *count)
{
	struct kv_cursor cursor = {0};
	enum err err = ERR_OK;

	kv_cursor_open(txn, table + PARKED_EVENTS, &cursor);
	for (bool more = kv_cursor_seek(&cursor, (struct span){0}); more && !err;
	     more = kv_cursor_next(&cursor)) {
		struct parked_event parked;

		if (parked_read(cursor.key, cursor.value, &parked) &&
		    span_eq(name_of(parked.subject), subject)) {
			err = print_event(&parked, out);
			(*count)++;
		}
	}
	kv_cursor_close(&cursor);
	return err ? err : txn->err;
}

enum err dead_show(const struct projection *projection,
		   const struct shard_set *set,
		   struct span subject,
		   FILE *out)
{
	size_t n = 0;
	enum err err = ERR_OK;

	for (int i = 0; i < set->n && !err; i++) {
		struct kv_txn txn = {0};

		kv_txn_begin(set->kvs[i], false, &txn);
		err = txn.err ? txn.err
			      : show_in_shard(&txn, first_table(projection), subject, out, &n);
		kv_txn_abort(&txn);
	}
	return err ? err : n ? ERR_OK : ERR_ABSENT;
}
