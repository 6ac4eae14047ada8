/*
 * kafka_rejects.c: notes on what the door refused, on their way to gov.rejected. A log for people: in an outage it may miss
 * some, and counts them.
 */
#include "producers/gateway/kafka_rejects.h"

#include "common/metrics.h"

static struct metric m_written = {"govbus_door_rejects",
				  "result=\"written\"",
				  "Refusals of the door noted in gov.rejected",
				  METRIC_COUNTER,
				  0,
				  NULL};
static struct metric m_dropped = {"govbus_door_rejects",
				  "result=\"dropped\"",
				  "Refusals of the door noted in gov.rejected",
				  METRIC_COUNTER,
				  0,
				  NULL};

void kafka_rejects_send(struct kafka_rejects *rejects,
			struct kafka_writer *writer,
			int topic,
			const struct batch_reject *reject)
{
	if (!reject->bytes.p) {
		return;
	}
	if (!writer || rejects->owed == KAFKA_REJECTS_MAX ||
	    kafka_writer_send(writer, topic, -1, reject->key, reject->bytes, NULL)) {
		metric_count(&m_dropped, 1);
	} else {
		rejects->owed++;
	}
}

void kafka_rejects_reported(struct kafka_rejects *rejects, const struct kafka_report *report)
{
	rejects->owed--;
	metric_count(report->err ? &m_dropped : &m_written, 1);
}

void kafka_rejects_reset(struct kafka_rejects *rejects)
{
	metric_count(&m_dropped, rejects->owed);
	rejects->owed = 0;
}

void kafka_rejects_show(void)
{
	metrics_add(&m_written);
	metrics_add(&m_dropped);
}
