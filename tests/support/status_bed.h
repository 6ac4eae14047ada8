/* status_bed.h: tables of case-status in LMDB, folded from a few events that a test says; then open to be read, or to be spoilt. */
#ifndef GOVBUS_TESTS_SUPPORT_STATUS_BED_H
#define GOVBUS_TESTS_SUPPORT_STATUS_BED_H

#include "common/civil.h"
#include "common/partition.h"
#include "consumers/overlay.h"
#include "projections/case_status.h"
#include "projections/case_status_tables.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/folder.h"

/* One shard: all partitions are fed to it. */
struct status_bed {
	char folder[FOLDER_PATH_BYTES];
	struct kv *kv;
	struct overlay *overlay;
	struct kv_txn txn; /* writable, begun by status_bed_commit */
	int64_t now_us;
};

static inline void status_bed_init(struct status_bed *bed)
{
	const char *names[LIMIT_KV_TABLES + 1] = {0};
	struct kv_config config = {.mode = KV_WRITE, .names = names, .map_bytes = 64 << 20};

	*bed = (struct status_bed){.now_us = 0};
	assert_true(civil_parse(SPAN("2023-01-19T09:00:00+08:00"), &bed->now_us));
	assert_true(folder_make("status", bed->folder));
	config.dir = bed->folder;
	overlay_kv_names(case_status_tables, names, LIMIT_KV_TABLES);
	assert_int_equal(kv_open(&config, &bed->kv), ERR_OK);
	assert_int_equal(overlay_new(case_status_tables, bed->kv, 0, &bed->overlay), ERR_OK);
}

static inline void status_bed_done(struct status_bed *bed)
{
	kv_txn_abort(&bed->txn);
	overlay_free(bed->overlay);
	kv_close(bed->kv);
	assert_true(folder_remove(bed->folder));
}

/* An event of a case, a minute after the one before. @param seq 0: an outcome that changes no case */
static inline struct event status_bed_event(struct status_bed *bed,
					    enum event_type type,
					    const char *subject,
					    uint64_t seq)
{
	struct event ev = {.type = type, .data_bytes = SPAN("\x80")};

	bed->now_us += CIVIL_MINUTE_US;
	EVENT_SET(ev.env, id, span_cstr(subject));
	EVENT_SET(ev.env, source, SPAN("/test"));
	EVENT_SET(ev.env, subject, span_cstr(subject));
	EVENT_SET(ev.env, time, bed->now_us);
	EVENT_SET(ev.env, decidedtime, bed->now_us);
	if (seq) {
		EVENT_SET(ev.env, seq, seq);
	}
	return ev;
}

/* Folds it, as the partition of its subject's county would. */
static inline void status_bed_apply(struct status_bed *bed, const struct event *ev)
{
	struct place_in_log at = {.partition = partition_of_key(span_first(ev->env.subject, 6),
								LIMIT_CASE_PARTITIONS)};
	const struct handler *handler = case_status.handlers;

	while (handler->type != ev->type) {
		assert_true(handler->type);
		handler++;
	}
	assert_int_equal(handler->apply(overlay_view(bed->overlay), ev, &at), ERR_OK);
}

/* A report by the county's centre, which leads it to `state`. */
static inline void status_bed_report(struct status_bed *bed,
				     const char *subject,
				     const char *place,
				     const char *type,
				     uint8_t state)
{
	struct event ev = status_bed_event(bed, EVENT_case_reported, subject, 1);

	EVENT_SET(ev.env, place, span_cstr(place));
	EVENT_SET(ev.env, owner, SPAN("centre:530102"));
	EVENT_SET(ev.env, to, state);
	EVENT_SET(ev.data.case_reported, type_code, span_cstr(type));
	EVENT_SET(ev.data.case_reported, title, SPAN("t"));
	EVENT_SET(ev.data.case_reported, due_at, bed->now_us + CIVIL_DAY_US);
	EVENT_SET(ev.env, receipt, span_cstr(subject + 16));
	status_bed_apply(bed, &ev);
}

/* An action that was refused. */
static inline void status_bed_refuse(struct status_bed *bed, const char *subject)
{
	struct event ev = status_bed_event(bed, EVENT_action_refused, subject, 0);

	status_bed_apply(bed, &ev);
}

/* Writes what was folded, and begins a transaction on it. */
static inline void status_bed_commit(struct status_bed *bed)
{
	overlay_freeze(bed->overlay);
	assert_int_equal(kv_txn_begin(bed->kv, true, &bed->txn), ERR_OK);
	overlay_write(bed->overlay, overlay_closed(bed->overlay), &bed->txn);
	assert_int_equal(kv_txn_commit(&bed->txn), ERR_OK);
	overlay_committed(bed->overlay);
	assert_int_equal(kv_txn_begin(bed->kv, true, &bed->txn), ERR_OK);
}

/* Undoes what was written since status_bed_commit. */
static inline void status_bed_undo(struct status_bed *bed)
{
	kv_txn_abort(&bed->txn);
	assert_int_equal(kv_txn_begin(bed->kv, true, &bed->txn), ERR_OK);
}

#endif
