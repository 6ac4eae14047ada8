/* metrics_test.c: what /metrics says of metrics and of the memory of the process. */
#include "common/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

enum { PIECE_BYTES = 32 << 20, NOISE_BYTES = 8 << 20 };

static int64_t shown(const char *name)
{
	struct buf out = {0};
	int64_t value = -1;
	char line[96];

	metrics_print(&out);
	buf_add_byte(&out, 0);
	(void)snprintf(line, sizeof line, "\n%s ", name);
	const char *at = strstr((const char *)out.p, line);

	if (at) {
		value = strtoll(at + strlen(line), NULL, 10);
	}
	buf_done(&out);
	return value;
}

/* A counter and a gauge are printed with their help, as OpenMetrics has it. */
static void printed(void **state)
{
	static struct metric seen = {
		.name = "govbus_seen", .help = "Things seen", .kind = METRIC_COUNTER};
	static struct metric open_now = {.name = "govbus_open", .help = "Things open"};

	(void)state;
	open_now.kind = METRIC_GAUGE;
	metrics_add(&seen);
	metrics_add(&open_now);
	metric_count(&seen, 3);
	metric_set(&open_now, 7);
	assert_int_equal(shown("govbus_seen_total"), 3);
	assert_int_equal(shown("govbus_open"), 7);
}

/* Unseen by TSan, whose shadow would count as memory of our own. */
__attribute__((no_sanitize("thread"))) static void touch(volatile uint8_t *p)
{
	for (size_t i = 0; i < PIECE_BYTES; i += 4096) {
		p[i] = 1;
	}
}

/* Memory of the program's own and pages of a mapped file are told apart: LMDB's map is no sign of a leak. */
static void memory(void **state)
{
	char folder[FOLDER_PATH_BYTES], path[FOLDER_PATH_BYTES + 8];
	int64_t anon = shown("process_resident_anon_bytes");
	int64_t file = shown("process_resident_file_bytes");

	(void)state;
	assert_true(anon > 0 && file > 0);
	void *own =
		mmap(NULL, PIECE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(own != MAP_FAILED);
	touch(own);
	assert_in_range(shown("process_resident_anon_bytes") - anon, PIECE_BYTES - NOISE_BYTES,
			PIECE_BYTES + NOISE_BYTES);
	assert_true(shown("process_resident_file_bytes") - file < NOISE_BYTES);
	munmap(own, PIECE_BYTES);

	assert_true(folder_make("metrics", folder));
	(void)snprintf(path, sizeof path, "%s/map", folder);
	FILE *made = fopen(path, "we+");

	assert_non_null(made);
	assert_int_equal(ftruncate(fileno(made), PIECE_BYTES), 0);
	void *map = mmap(NULL, PIECE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(made), 0);

	assert_true(map != MAP_FAILED);
	touch(map);
	assert_in_range(shown("process_resident_file_bytes") - file, PIECE_BYTES - NOISE_BYTES,
			PIECE_BYTES + NOISE_BYTES);
	assert_true(shown("process_resident_anon_bytes") - anon < NOISE_BYTES);
	assert_true(shown("process_resident_memory_bytes") > shown("process_resident_file_bytes"));
	munmap(map, PIECE_BYTES);
	(void)fclose(made);
	assert_true(folder_remove(folder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(printed), cmocka_unit_test(memory)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
