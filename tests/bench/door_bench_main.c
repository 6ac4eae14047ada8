/* door_bench_main.c: CPU that a posted batch of JSON reports costs at the door, from its text to bytes for the log. */
#include <malloc.h>
#include <stdio.h>
#include <time.h>

#include "producers/gateway/batch.h"
#include "tests/support/folder.h"

enum { EVENTS = 1000, BATCHES = 20, ROUNDS = 7, KEPT_BYTES = 16 << 20 };

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* As ./run bench posts them: every second report has three members to seal. */
static void report_add(struct buf *body, int number)
{
	buf_printf(
		body,
		"{\"specversion\": \"1.0\", \"id\": \"b7-%d\", \"source\": \"/bench/hotline\", \"type\": \"gov.case.reported.v1\", "
		"\"time\": \"2023-01-19T09:00:00.123456+08:00\", \"place\": \"530102001\", \"data\": {\"type_code\": \"MD02\", "
		"\"title\": \"三单元楼道堆物占用消防通道，多次劝导无效\", \"channel\": \"hotline\"",
		number);
	buf_add_text(
		body,
		number % 2
			? "}}"
			: ", \"reporter\": \"某居民\", \"reporter_phone\": \"0871-000-000\", "
			  "\"description\": \"居民反映三单元楼道长期堆放杂物，占用消防通道，请协调处理。\"}}");
}

/* @return CPU us of the door alone; less than 0: not every event was taken */
static double batch_once(const struct door *door,
			 struct key_store *keys,
			 const struct token *token,
			 struct span body)
{
	struct batch *batch = batch_new(token, BATCH_JSON_MANY);
	struct key_store_txn txn;
	double start, took;

	buf_add(&batch->body, body);
	key_store_begin(keys, &txn);
	start = cpu_us();
	batch_enter(batch, door, &txn, 17);
	took = cpu_us() - start;
	if (batch->unsettled != EVENTS || key_store_commit(&txn)) {
		took = -1;
	}
	batch_release(batch);
	return took;
}

static bool measure(const struct door *door, struct key_store *keys)
{
	struct token token = {.level = 1, .functions = 0xffff, .id = "BENCH", .place = "53"};

	(void)snprintf(token.unit, sizeof token.unit, "centre:53");
	(void)snprintf(token.source, sizeof token.source, "/");
	for (int round = 0; round < ROUNDS; round++) {
		double took_us = 0;

		for (int i = 0; i < BATCHES; i++) {
			struct buf body = {0};

			for (int n = 0; n < EVENTS; n++) {
				buf_add_byte(&body, n ? ',' : '[');
				report_add(&body, (round * BATCHES + i) * EVENTS + n);
			}
			buf_add_byte(&body, ']');
			double us = batch_once(door, keys, &token, buf_span(&body));

			buf_done(&body);
			if (us < 0) {
				return false;
			}
			took_us += us;
		}
		printf("%.2f us an event\n", took_us / BATCHES / EVENTS);
	}
	return true;
}

int main(void)
{
	char home[FOLDER_PATH_BYTES];
	struct key_store *keys = NULL;
	struct door door;
	bool done;

	(void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	done = folder_make("door-bench", home) && !door_open(&door, home) &&
	       !key_store_open(home, &keys) && measure(&door, keys);
	key_store_close(keys);
	return folder_remove(home) && done ? 0 : 1;
}
