/* kafka_watermarks.c: where the log of many partitions begins and ends, asked of the broker together. */
#include "common/kafka_watermarks.h"

#include <librdkafka/rdkafka.h>

#include "common/clock.h"

/* One request: the first offsets, or the last. */
static void ask(rd_kafka_t *rk,
		rd_kafka_topic_partition_list_t *list,
		bool last,
		int timeout_ms,
		rd_kafka_queue_t *queue)
{
	char why[128];
	rd_kafka_AdminOptions_t *options =
		rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_LISTOFFSETS);

	for (int i = 0; i < list->cnt; i++) {
		list->elems[i].offset =
			last ? RD_KAFKA_OFFSET_SPEC_LATEST : RD_KAFKA_OFFSET_SPEC_EARLIEST;
	}
	rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, why, sizeof why);
	rd_kafka_AdminOptions_set_opaque(options, last ? list : NULL);
	rd_kafka_ListOffsets(rk, list, options, queue);
	rd_kafka_AdminOptions_destroy(options);
}

static void take_one(struct kafka_watermarks *watermarks,
		     int n,
		     bool last,
		     const rd_kafka_topic_partition_t *answer)
{
	for (int i = 0; i < n; i++) {
		if (watermarks[i].partition != answer->partition) {
			continue;
		}
		if (answer->err) {
			watermarks[i].err = kafka_conf_err(answer->err);
		} else if (last) {
			watermarks[i].high = answer->offset;
		} else {
			watermarks[i].low = answer->offset;
		}
	}
}

/* What it does not name stays unknown. */
static void take(struct kafka_watermarks *watermarks, int n, rd_kafka_event_t *event)
{
	bool last = rd_kafka_event_opaque(event) != NULL;
	enum err err = kafka_conf_err(rd_kafka_event_error(event));
	size_t count = 0;

	for (int i = 0; err && i < n; i++) {
		watermarks[i].err = err;
	}
	if (err) {
		return;
	}
	const rd_kafka_ListOffsetsResultInfo_t **answers =
		rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event), &count);

	for (size_t i = 0; i < count; i++) {
		take_one(watermarks, n, last,
			 rd_kafka_ListOffsetsResultInfo_topic_partition(answers[i]));
	}
}

void kafka_watermarks_query(const struct kafka_handle *handle,
			    const char *topic,
			    struct kafka_watermarks *watermarks,
			    int n,
			    int timeout_ms)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(n);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(handle->rk);
	int64_t until_us = clock_steady_us() + (int64_t)timeout_ms * 1000;

	for (int i = 0; i < n; i++) {
		watermarks[i] = (struct kafka_watermarks){
			.partition = watermarks[i].partition, .low = -1, .high = -1};
		rd_kafka_topic_partition_list_add(list, topic, watermarks[i].partition);
	}
	ask(handle->rk, list, false, timeout_ms, queue);
	ask(handle->rk, list, true, timeout_ms, queue);
	for (int answers = 0; answers < 2; answers++) {
		int64_t left_ms = (until_us - clock_steady_us()) / 1000;
		rd_kafka_event_t *event =
			rd_kafka_queue_poll(queue, left_ms > 0 ? (int)left_ms : 0);

		if (event) {
			take(watermarks, n, event);
			rd_kafka_event_destroy(event);
		}
	}
	for (int i = 0; i < n; i++) {
		if (!watermarks[i].err && (watermarks[i].low < 0 || watermarks[i].high < 0)) {
			watermarks[i].err = ERR_KAFKA_AWAY;
		}
	}
	rd_kafka_queue_destroy(queue);
	rd_kafka_topic_partition_list_destroy(list);
}
