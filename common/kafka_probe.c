/* kafka_probe.c: whether brokers answer, asked each second without waiting. */
#include "common/kafka_probe.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#include "common/clock.h"

enum { PROBE_EVERY_US = 1000000, PROBE_LATE_US = 2000000 };

/* One partition. */
struct watch {
	rd_kafka_topic_partition_list_t *what;
	int64_t asked_us, heard_us; /* begin with the time of the first turn */
	int64_t end, end_asked_us;  /* of the last answer; 0: none */
	bool out;
	_Atomic bool silent;
};

struct kafka_probe {
	struct kafka_handle *handle;
	rd_kafka_queue_t *queue;
	int64_t turned_us, refreshed_us;
	_Atomic int n_silent;
	int n;
	struct watch watches[KAFKA_PROBE_MAX];
};

struct kafka_probe *kafka_probe_new(struct kafka_handle *handle)
{
	struct kafka_probe *probe = calloc(1, sizeof *probe);

	if (probe) {
		probe->handle = handle;
		probe->queue = rd_kafka_queue_new(handle->rk);
		probe->turned_us = clock_steady_us();
	}
	return probe;
}

int kafka_probe_add(struct kafka_probe *probe, const char *topic, int32_t partition)
{
	if (probe->n == KAFKA_PROBE_MAX) {
		return -1;
	}
	struct watch *watch = &probe->watches[probe->n];

	watch->what = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(watch->what, topic, partition)->offset =
		RD_KAFKA_OFFSET_SPEC_LATEST;
	watch->heard_us = clock_steady_us();
	return probe->n++;
}

/* One question at a time; it ends with the silence that it would prove, and the next one follows at once. */
static void ask(struct kafka_probe *probe, struct watch *watch, int64_t now_us)
{
	char why[128];
	rd_kafka_AdminOptions_t *options =
		rd_kafka_AdminOptions_new(probe->handle->rk, RD_KAFKA_ADMIN_OP_LISTOFFSETS);

	rd_kafka_AdminOptions_set_request_timeout(options, KAFKA_PROBE_SILENT_US / 1000, why,
						  sizeof why);
	rd_kafka_AdminOptions_set_opaque(options, watch);
	rd_kafka_ListOffsets(probe->handle->rk, watch->what, options, probe->queue);
	rd_kafka_AdminOptions_destroy(options);
	watch->asked_us = now_us;
	watch->out = true;
}

/* An error that a broker has sent is an answer too. What ends without one, because its time is up or its connection broke, librdkafka calls
 * a success without an offset. @param ret_end -1: it is an error */
static bool is_answer(rd_kafka_event_t *event, int64_t *ret_end)
{
	rd_kafka_resp_err_t code = rd_kafka_event_error(event);
	size_t n = 0;

	*ret_end = -1;
	if (code) {
		return kafka_conf_err(code) != ERR_KAFKA_AWAY;
	}
	const rd_kafka_ListOffsetsResultInfo_t **infos =
		rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event), &n);
	const rd_kafka_topic_partition_t *one =
		n ? rd_kafka_ListOffsetsResultInfo_topic_partition(infos[0]) : NULL;

	if (one && !one->err && one->offset >= 0) {
		*ret_end = one->offset;
	}
	return one && (one->offset >= 0 || one->err);
}

static void change(struct kafka_probe *probe, struct watch *watch, bool silent)
{
	if (watch->silent != silent) {
		watch->silent = silent;
		probe->n_silent += silent ? 1 : -1;
	}
}

static void take(struct kafka_probe *probe, rd_kafka_event_t *event, int64_t now_us)
{
	struct watch *watch = rd_kafka_event_opaque(event);
	int64_t end;

	watch->out = false;
	if (!is_answer(event, &end)) {
		return;
	}
	watch->heard_us = now_us;
	change(probe, watch, false);
	if (end >= 0) {
		watch->end = end;
		watch->end_asked_us = watch->asked_us;
	}
	if (watch->asked_us > probe->handle->trouble_us) {
		probe->handle->away = false;
	}
}

static void take_all(struct kafka_probe *probe, int64_t now_us)
{
	rd_kafka_event_t *event;

	while ((event = rd_kafka_queue_poll(probe->queue, 0)) != NULL) {
		take(probe, event, now_us);
		rd_kafka_event_destroy(event);
	}
}

/* Nobody waits for the answer, which changes what the handle knows. A second later another broker may be asked. */
static void refresh(struct kafka_probe *probe, int64_t now_us)
{
	const rd_kafka_metadata_t *metadata = NULL;

	if (now_us - probe->refreshed_us < PROBE_EVERY_US) {
		return;
	}
	probe->refreshed_us = now_us;
	if (!rd_kafka_metadata(probe->handle->rk, 0, NULL, &metadata, 0)) {
		rd_kafka_metadata_destroy(metadata);
	}
}

/* @return whether it has been silent since now */
static bool serve(struct kafka_probe *probe, struct watch *watch, int64_t now_us)
{
	if (now_us - watch->heard_us > PROBE_LATE_US) {
		refresh(probe, now_us);
	}
	if (!watch->out && now_us - watch->asked_us >= PROBE_EVERY_US) {
		ask(probe, watch, now_us);
	}
	if (watch->silent || now_us - watch->heard_us <= KAFKA_PROBE_SILENT_US) {
		return false;
	}
	change(probe, watch, true);
	return true;
}

/* One line for all that one broker leads. */
static void say(struct kafka_probe *probe, const struct watch *watch)
{
	const rd_kafka_topic_partition_t *one = &watch->what->elems[0];

	kafka_conf_log(probe->handle->settings, 4,
		       "%s: no answer for %d s of those who lead %d of %d partitions, as %s %d",
		       rd_kafka_name(probe->handle->rk), KAFKA_PROBE_SILENT_US / 1000000,
		       (int)probe->n_silent, probe->n, one->topic, (int)one->partition);
	probe->handle->away |= kafka_probe_silent(probe);
}

void kafka_probe_turn(struct kafka_probe *probe)
{
	int64_t now_us = clock_steady_us();
	int64_t gap_us = now_us - probe->turned_us;
	bool paused = gap_us > PROBE_EVERY_US, out = false;
	const struct watch *silent = NULL;

	probe->turned_us = now_us;
	/* While nobody looked (a program was stopped, or waited for something else) nothing was asked, so nobody was silent. */
	for (int i = 0; i < probe->n; i++) {
		probe->watches[i].heard_us += paused && !probe->watches[i].out ? gap_us : 0;
		out |= probe->watches[i].out;
	}
	if (out) {
		take_all(probe, now_us);
	}
	for (int i = 0; i < probe->n; i++) {
		silent = serve(probe, &probe->watches[i], now_us) ? &probe->watches[i] : silent;
	}
	if (silent) {
		say(probe, silent);
	}
}

bool kafka_probe_silent(const struct kafka_probe *probe)
{
	return probe && probe->n && probe->n_silent == probe->n;
}

bool kafka_probe_silent_at(const struct kafka_probe *probe, int number)
{
	return probe && probe->watches[number].silent;
}

bool kafka_probe_end(const struct kafka_probe *probe,
		     int number,
		     int64_t since_us,
		     int64_t *ret_end)
{
	const struct watch *watch = &probe->watches[number];

	if (watch->end_asked_us <= since_us) {
		return false;
	}
	*ret_end = watch->end;
	return true;
}

void kafka_probe_free(struct kafka_probe *probe)
{
	if (!probe) {
		return;
	}
	for (int i = 0; i < probe->n; i++) {
		rd_kafka_topic_partition_list_destroy(probe->watches[i].what);
	}
	rd_kafka_queue_destroy(probe->queue);
	free(probe);
}
