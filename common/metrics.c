/* metrics.c: counters and gauges of this process in OpenMetrics text. */
#include "common/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

static struct metric *first_metric;

void metrics_add(struct metric *metric)
{
	struct metric **end = &first_metric;

	while (*end && *end != metric) {
		end = &(*end)->next;
	}
	*end = metric;
}

/* What is resident, by what backs it: LMDB's map is the page cache's, and grows with the store until memory is wanted elsewhere. */
struct resident {
	int64_t anon_bytes, file_bytes;
};

static struct resident resident(void)
{
	struct resident found = {0};
	char line[128];
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof line, file)) {
		const char *value = strchr(line, ':');
		int64_t bytes = value ? strtol(value + 1, NULL, 10) * 1024 : 0;

		if (strncmp(line, "RssAnon:", 8) == 0) {
			found.anon_bytes = bytes;
		} else if (strncmp(line, "RssFile:", 8) == 0 ||
			   strncmp(line, "RssShmem:", 9) == 0) {
			found.file_bytes += bytes;
		}
	}
	if (file) {
		(void)fclose(file);
	}
	return found;
}

static void gauge_print(struct buf *out, const char *name, const char *help, int64_t value)
{
	buf_printf(out, "# TYPE %s gauge\n# HELP %s %s\n%s %lld\n", name, name, help, name,
		   (long long)value);
}

void metrics_print(struct buf *out)
{
	const char *last = "";

	for (struct metric *metric = first_metric; metric; metric = metric->next) {
		bool counter = metric->kind == METRIC_COUNTER;

		if (strcmp(last, metric->name) != 0) {
			buf_printf(out, "# TYPE %s %s\n# HELP %s %s\n", metric->name,
				   counter ? "counter" : "gauge", metric->name, metric->help);
		}
		last = metric->name;
		buf_printf(out, "%s%s", metric->name, counter ? "_total" : "");
		if (metric->labels) {
			buf_printf(out, "{%s}", metric->labels);
		}
		buf_printf(out, " %lld\n",
			   (long long)atomic_load_explicit(&metric->value, memory_order_relaxed));
	}
	struct resident now = resident();

	gauge_print(out, "process_resident_memory_bytes", "Resident memory of either kind",
		    now.anon_bytes + now.file_bytes);
	gauge_print(out, "process_resident_anon_bytes",
		    "Of it the program's own: what must fit into the machine", now.anon_bytes);
	gauge_print(
		out, "process_resident_file_bytes",
		"Of it pages of files, above all of LMDB's map: the kernel takes them back when memory is short",
		now.file_bytes);
	buf_printf(out,
		   "# TYPE process_cpu_seconds counter\nprocess_cpu_seconds_total %.3f\n# EOF\n",
		   (double)clock_cpu_us() / 1e6);
}
