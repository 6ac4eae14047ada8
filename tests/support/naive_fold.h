/* naive_fold.h: where every case stands, folded a second time: plain structs and lists, no header of the layers. */
#ifndef GOVBUS_TESTS_SUPPORT_NAIVE_FOLD_H
#define GOVBUS_TESTS_SUPPORT_NAIVE_FOLD_H

#include "tests/support/naive_board.h"
#include "tests/support/naive_log.h"
#include "tests/support/naive_rows.h"

enum { NAIVE_FOLD_BUCKETS = 1 << 16, NAIVE_FOLD_ASSIST_MAX = 8 };

/* Texts of a case in the order in which they stand in its row. */
enum naive_text {
	NAIVE_OWNER,
	NAIVE_LEAD,
	NAIVE_TITLE,
	NAIVE_SOURCE,
	NAIVE_ID,
	NAIVE_PROFILE,
	NAIVE_CAMPAIGN,
	NAIVE_PRIOR_CASE,
	NAIVE_POINT_ID,
	NAIVE_HANDLER,
	NAIVE_ASSIST,
	NAIVE_TEXTS = NAIVE_ASSIST + NAIVE_FOLD_ASSIST_MAX,
};

/* Moments of a deadline; 0: none. */
struct naive_due {
	int64_t due_us, yellow_us, red_us;
};

/* A case, or an id that was only asked for. */
struct naive_case {
	struct naive_case *next;
	char subject[28];
	uint32_t seq;     /* 0: never reported */
	uint32_t ordinal; /* outcomes since that changed nothing */
	uint32_t asked;   /* outcomes while it was not reported yet */
	uint16_t skipped;
	uint8_t state, severity, step, channel, outcome, reason;
	uint8_t returns, reopens, holds, reworks, escalations, score, late, provisional;
	uint8_t close_level, close_level_expected, n_assist;
	int32_t closed_day; /* of its last closing, as counted */
	char type_code[4], common[20];
	int64_t reported_us, updated_us, closed_us, held_since_us, hold_until_us, window_until_us,
		held_us, orig_due_us;
	struct naive_due due, step_due;
	struct naive_bytes place, receipt, texts[NAIVE_TEXTS]; /* its own */
};

struct naive_fold {
	struct naive_log *log; /* told of what is wrong; its plant holds here too */
	struct naive_case *buckets[NAIVE_FOLD_BUCKETS];
	struct naive_board board;
	struct naive_rows rows; /* the timeline as it grows; all else at the end */
	bool planted;           /* the bug has been played once */
};

/** Nothing folded yet. @thread one, as all here */
struct naive_fold *naive_fold_new(struct naive_log *log);
void naive_fold_free(struct naive_fold *fold);

/** Folds one valid record of the case register. @return false: see log->wrong */
bool naive_fold_take(struct naive_fold *fold, int partition, const struct naive_record *record);

/** Prints what has been folded as govbus dump does; once. */
void naive_fold_print(struct naive_fold *fold, FILE *out);

/** The hash by which an action is found by its sender's number. */
void naive_fold_put_origin(struct naive_out *out, struct naive_bytes source, struct naive_bytes id);

/** The key of a case id of 28 characters. @return false if it is none; then nothing is put */
bool naive_fold_put_id(struct naive_out *out, struct naive_bytes subject);

#endif
