/* kafka_probe.c: whether a broker answers, asked each second without waiting. */
#include "common/kafka_probe.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#include "common/clock.h"

enum { PROBE_EVERY_US = 1000000 };

struct kafka_probe {
	struct kafka_handle *handle;
	rd_kafka_queue_t *queue;
	rd_kafka_topic_partition_list_t *what;
	int64_t asked_us, heard_us, turned_us;
	bool out, silent;
};

struct kafka_probe *kafka_probe_new(struct kafka_handle *handle,
				    const char *topic,
				    int32_t partition)
{
	struct kafka_probe *probe = calloc(1, sizeof *probe);

	if (probe) {
		probe->handle = handle;
		probe->queue = rd_kafka_queue_new(handle->rk);
		probe->what = rd_kafka_topic_partition_list_new(1);
		rd_kafka_topic_partition_list_add(probe->what, topic, partition)->offset =
			RD_KAFKA_OFFSET_SPEC_LATEST;
		probe->heard_us = probe->turned_us = clock_steady_us();
	}
	return probe;
}

/* One question at a time; it ends with the silence that it would prove, and the next one follows at once. */
static void ask(struct kafka_probe *probe, int64_t now_us)
{
	char why[128];
	rd_kafka_AdminOptions_t *options =
		rd_kafka_AdminOptions_new(probe->handle->rk, RD_KAFKA_ADMIN_OP_LISTOFFSETS);

	rd_kafka_AdminOptions_set_request_timeout(options, KAFKA_PROBE_SILENT_US / 1000, why,
						  sizeof why);
	rd_kafka_ListOffsets(probe->handle->rk, probe->what, options, probe->queue);
	rd_kafka_AdminOptions_destroy(options);
	probe->asked_us = now_us;
	probe->out = true;
}

/* An error that a broker has sent is an answer too. What ends without one, because its time is up or its connection broke, librdkafka calls
 * a success without an offset. */
static bool is_answer(rd_kafka_event_t *event)
{
	rd_kafka_resp_err_t code = rd_kafka_event_error(event);
	size_t n = 0;

	if (code) {
		return kafka_conf_err(code) != ERR_KAFKA_AWAY;
	}
	const rd_kafka_ListOffsetsResultInfo_t **infos =
		rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event), &n);
	const rd_kafka_topic_partition_t *one =
		n ? rd_kafka_ListOffsetsResultInfo_topic_partition(infos[0]) : NULL;

	return one && (one->offset >= 0 || one->err);
}

static void take(struct kafka_probe *probe, rd_kafka_event_t *event, int64_t now_us)
{
	probe->out = false;
	if (!is_answer(event)) {
		return;
	}
	probe->heard_us = now_us;
	probe->silent = false;
	if (probe->asked_us > probe->handle->trouble_us) {
		probe->handle->away = false;
	}
}

/* While nobody looked (a program was stopped, or waited for something else) nothing was asked, so the broker was not silent. */
static void pass_over(struct kafka_probe *probe, int64_t now_us)
{
	int64_t gap_us = now_us - probe->turned_us;

	if (!probe->out && gap_us > PROBE_EVERY_US) {
		probe->heard_us += gap_us;
	}
	probe->turned_us = now_us;
}

void kafka_probe_turn(struct kafka_probe *probe)
{
	int64_t now_us = clock_steady_us();

	pass_over(probe, now_us);
	rd_kafka_event_t *event = probe->out ? rd_kafka_queue_poll(probe->queue, 0) : NULL;

	if (event) {
		take(probe, event, now_us);
		rd_kafka_event_destroy(event);
	}
	if (!probe->out && now_us - probe->asked_us >= PROBE_EVERY_US) {
		ask(probe, now_us);
	}
	if (!probe->silent && now_us - probe->heard_us > KAFKA_PROBE_SILENT_US) {
		kafka_conf_log(probe->handle->settings, 4, "%s: no answer for %d s",
			       rd_kafka_name(probe->handle->rk), KAFKA_PROBE_SILENT_US / 1000000);
		probe->silent = true;
		probe->handle->away = true;
	}
}

bool kafka_probe_silent(const struct kafka_probe *probe)
{
	return probe && probe->silent;
}

void kafka_probe_free(struct kafka_probe *probe)
{
	if (probe) {
		rd_kafka_topic_partition_list_destroy(probe->what);
		rd_kafka_queue_destroy(probe->queue);
		free(probe);
	}
}
