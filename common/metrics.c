/* metrics.c: counters and gauges of this process in OpenMetrics text. */
#include "common/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"

static struct metric *first_metric;

void metrics_add(struct metric *metric)
{
	struct metric **end = &first_metric;

	while (*end) {
		end = &(*end)->next;
	}
	*end = metric;
}

static int64_t resident_bytes(void)
{
	long pages = 0;
	char line[128];
	FILE *file = fopen("/proc/self/statm", "re");

	if (file) {
		if (fgets(line, sizeof line, file) && strchr(line, ' ')) {
			pages = strtol(strchr(line, ' '), NULL, 10);
		}
		fclose(file);
	}
	return pages * sysconf(_SC_PAGESIZE);
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
		buf_printf(out, " %lld\n", (long long)metric_get(metric));
	}
	buf_printf(
		out,
		"# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %lld\n",
		(long long)resident_bytes());
	buf_printf(out,
		   "# TYPE process_cpu_seconds counter\nprocess_cpu_seconds_total %.3f\n# EOF\n",
		   (double)clock_cpu_us() / 1e6);
}
