/* decider_fold_main.c: whether the rows of a decider that has ended are what the record makes of them at their position: no more, no less. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/kafka_reader.h"
#include "common/kafka_topics.h"
#include "producers/decider/decider_store.h"
#include "producers/decider/registers.h"
#include "projections/deciding.h"
#include "projections/projection.h"

enum { POLL_MS = 1000, PATIENCE_POLLS = 30 };

/* One partition: its rows as the decider has left them, and as they are folded anew. */
struct check {
	const struct register_ops *ops;
	struct decider_rows *kept, *anew;
	struct deciding core; /* of those folded anew */
	struct reg reg;
	struct deciding_position position; /* of those kept */
	char topic[KAFKA_TOPIC_NAME_BYTES];
	int partition, partitions;
	int64_t lacks; /* records at the end that are left out, to see that this is noticed */
};

struct text {
	FILE *out;
	int table;
};

static bool print_row(void *context, struct span key, struct span value)
{
	const struct text *text = context;
	const struct span parts[] = {key, value};

	fprintf(text->out, "%d", text->table);
	for (int k = 0; k < 2; k++) {
		fputc(' ', text->out);
		for (size_t i = 0; i < parts[k].n; i++) {
			fprintf(text->out, "%02x", parts[k].p[i]);
		}
	}
	fputc('\n', text->out);
	return true;
}

/* All rows, in the order of their keys; for the caller to free. */
static char *rows_of(const struct register_ops *ops, struct decider_rows *rows)
{
	char *ret = NULL;
	size_t size = 0;
	struct text text = {.out = open_memstream(&ret, &size)};

	for (; ops->tables[text.table].name; text.table++) {
		view_scan(decider_store_view(rows), text.table, SPAN(""), print_row, &text);
	}
	fclose(text.out);
	return ret;
}

/* Folds the record from its beginning up to the position. */
static enum err fold(struct check *check, struct kafka_reader *reader)
{
	static struct event ev;
	struct kafka_record record = {0};
	int64_t end = check->position.cursor.next_offset - check->lacks;
	enum err err = kafka_reader_assign(reader, check->topic, check->partition, 0);

	for (int patience = PATIENCE_POLLS;
	     !err && check->core.position.cursor.next_offset < end && patience > 0;) {
		switch (kafka_reader_poll(reader, POLL_MS, &record)) {
		case KAFKA_READ_RECORD:
			err = event_decode(record.value, &ev, NULL);
			if (!err && record.offset < end) {
				deciding_fold(&check->core, &ev, record.offset);
				err = check->core.err;
			}
			break;
		case KAFKA_READ_END:
			err = record.offset < end ? ERR_LOG_LOST_TAIL : ERR_OK;
			break;
		case KAFKA_READ_ERROR:
			err = record.err;
			break;
		case KAFKA_READ_NONE:
			patience--;
			break;
		}
		kafka_reader_release(&record);
	}
	kafka_reader_unassign(reader, check->topic, check->partition);
	return err ? err : check->core.position.cursor.next_offset < end ? ERR_KAFKA_AWAY : ERR_OK;
}

static int complain(const struct check *check, const char *what)
{
	fprintf(stderr, "decider-fold: %s partition %d at offset %" PRId64 ": %s\n", check->topic,
		check->partition, check->position.cursor.next_offset, what);
	return 1;
}

static int compare(const struct check *check, size_t *rows)
{
	char *kept = rows_of(check->ops, check->kept), *anew = rows_of(check->ops, check->anew);
	int wrong = 0;

	if (strcmp(kept, anew) != 0) {
		wrong = complain(check, "the rows are not those of the record");
	}
	if (memcmp(&check->position, &check->core.position, sizeof check->position) != 0) {
		wrong = complain(check, "the position is not that of the record");
	}
	for (const char *at = kept; *at; at++) {
		*rows += *at == '\n';
	}
	free(kept);
	free(anew);
	return wrong;
}

static int check_partition(struct check *check, struct kafka_reader *reader, size_t *rows)
{
	enum err err = decider_store_position(check->kept, &check->position);

	check->reg.view = decider_store_view(check->anew);
	check->reg.ops = check->ops;
	check->reg.partition = check->partition;
	check->core = (struct deciding){.reg = &check->reg, .partitions = check->partitions};
	deciding_position_init(&check->core.position);
	err = err ? err : deciding_open(&check->core);
	if (!err) {
		err = fold(check, reader);
	}
	int wrong = err ? complain(check, err_text(err)) : compare(check, rows);

	deciding_close(&check->core);
	return wrong;
}

/* What all partitions are checked with. */
struct checking {
	struct decider_store *kept, *anew;
	struct kafka_reader *reader;
	const char *prefix;
	int64_t lacks;
	size_t rows;
};

/* The store's number of a register is its place in the list. */
static int check_register(struct checking *all, int number)
{
	const struct topic_row *topic = schema_topic(registers_all[number]->events);
	static struct check check;
	int wrong = 0;

	for (int i = 0; i < topic->partitions; i++) {
		check = (struct check){
			.ops = registers_all[number],
			.kept = decider_store_rows(all->kept, number, i, topic->partitions),
			.anew = decider_store_rows(all->anew, number, i, topic->partitions),
			.partition = i,
			.partitions = topic->partitions,
			.lacks = all->lacks,
		};
		struct reference *reference = reference_new();

		check.reg.reference = reference;
		snprintf(check.topic, sizeof check.topic, "%s%s", all->prefix, topic->name);
		if (!check.kept || !check.anew || !reference) {
			return complain(&check, "out of memory");
		}
		wrong += check_partition(&check, all->reader, &all->rows);
		decider_store_rows_free(check.kept);
		decider_store_rows_free(check.anew);
		reference_free(reference);
	}
	return wrong;
}

int main(int argc, char **argv)
{
	struct kafka_settings settings = {.brokers = argc > 1 ? argv[1] : NULL};
	struct checking all = {.lacks = argc == 5 && strcmp(argv[4], "short") == 0};
	int wrong = 0;

	if (argc != 4 + (int)all.lacks) {
		fprintf(stderr, "usage: decider-fold HOST:PORT TOPIC-PREFIX DIR [short]\n"
				"short: leaves out the last record, to see that this is noticed\n");
		return 64;
	}
	all.prefix = argv[2];
	enum err err = decider_store_open(argv[3], registers_all, &all.kept);

	err = err ? err : decider_store_open(NULL, registers_all, &all.anew);
	err = err ? err : kafka_reader_open(&settings, "decider-fold", &all.reader);
	for (int i = 0; !err && registers_all[i]; i++) {
		wrong += check_register(&all, i);
	}
	kafka_reader_close(all.reader);
	decider_store_close(all.anew);
	decider_store_close(all.kept);
	if (err) {
		fprintf(stderr, "decider-fold: %s: %s\n", argv[3], err_text(err));
	}
	printf("%zu\n", all.rows);
	return err || wrong ? 1 : 0;
}
