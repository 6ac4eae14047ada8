/* metrics.h: counters and gauges of this process, and how /metrics prints them (OpenMetrics). */
#ifndef GOVBUS_COMMON_METRICS_H
#define GOVBUS_COMMON_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/buf.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE };

/* One metric, in static storage. Made with METRIC_…, shown once it was added. */
struct metric {
	const char *name; /* govbus_events_applied (a counter is printed with _total) */
	/* "topic=\"gov.case\"" or NULL; metrics of one name must follow one another */
	const char *labels;
	const char *help;
	enum metric_kind kind;
	_Atomic int64_t value;
	struct metric *next;
};

/** Registers it for /metrics, before threads start; registering it again changes nothing. Metrics are printed in this order. */
void metrics_add(struct metric *metric);

/** Adds to a counter, or moves a gauge by so much. @thread any, as metric_set: no order among metrics is promised */
static inline void metric_count(struct metric *metric, int64_t by)
{
	atomic_fetch_add_explicit(&metric->value, by, memory_order_relaxed);
}

/** Sets a gauge. */
static inline void metric_set(struct metric *metric, int64_t value)
{
	atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

/** Prints all as OpenMetrics text, "# EOF" included; adds resident memory, that of its own and that of mapped files apart, and CPU time of the process. @thread any */
void metrics_print(struct buf *out);

#endif
