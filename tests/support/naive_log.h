/* naive_log.h: which records of a register count, judged a second time and plainly: claims, causes, one outcome for each action. */
#ifndef GOVBUS_TESTS_SUPPORT_NAIVE_LOG_H
#define GOVBUS_TESTS_SUPPORT_NAIVE_LOG_H

#include "tests/support/naive_record.h"

enum { NAIVE_LOG_PARTITIONS_MAX = 64, NAIVE_LOG_HASH_BYTES = 16 };

/* Bugs that the self-test plants here and in the fold, one at a time, to see that the comparison fails. */
enum naive_plant {
	NAIVE_PLANT_NONE,
	NAIVE_PLANT_CLAIMS, /* claims are not looked at: what a zombie wrote counts */
	NAIVE_PLANT_LATE,   /* a claim counts though another came before it */
	NAIVE_PLANT_DROP,   /* an outcome that changes no case is not folded */
	NAIVE_PLANT_TWICE,  /* one is folded twice */
	NAIVE_PLANT_TIME,   /* an event was decided a microsecond earlier */
	NAIVE_PLANTS,
};

enum naive_verdict {
	NAIVE_VALID,
	NAIVE_VOID,   /* its writer's claim is not the latest valid one */
	NAIVE_BEFORE, /* its cause was decided before */
	NAIVE_WRONG,  /* the log breaks a rule: see naive_log.wrong */
};

/* An action as it was posted: what its outcome must name. */
struct naive_action {
	/* Of source, id and digest; zero when it cannot be read */
	uint8_t hash[NAIVE_LOG_HASH_BYTES];
};

/* One partition of a register: its actions, and how far its events have been read. */
struct naive_partition {
	struct naive_action *actions;
	int64_t n_actions, room;
	int64_t claim, cause, decided_us;
};

/* What reading has come to; counts over all partitions. */
struct naive_log {
	struct naive_partition at[NAIVE_LOG_PARTITIONS_MAX];
	enum naive_plant plant;
	int64_t actions, records, outcomes, valid, void_records, void_claims, claims;
	char wrong[256]; /* the first rule that the log breaks; "" while it keeps them all */
};

/** Nothing read yet. @thread one, as all here */
void naive_log_init(struct naive_log *log, enum naive_plant plant);
void naive_log_done(struct naive_log *log);

/** Takes the next action of a partition; offsets are contiguous from 0. @return false: see wrong */
bool naive_log_action(struct naive_log *log,
		      int partition,
		      int64_t offset,
		      struct naive_bytes bytes);

/** Judges the next record of an event partition; all its actions have been taken before. */
enum naive_verdict naive_log_judge(struct naive_log *log,
				   int partition,
				   int64_t offset,
				   const struct naive_record *record);

/** At the end: every action has its outcome. @return false: see wrong */
bool naive_log_complete(struct naive_log *log);

/** Notes what is wrong, the first time; like printf. @return false */
bool naive_log_wrong(struct naive_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
