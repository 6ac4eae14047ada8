/* deciding.h: the deciding core: what a decider writes next into one partition. Pure: no clock, no Kafka, no LMDB. */
#ifndef GOVBUS_PROJECTIONS_DECIDING_H
#define GOVBUS_PROJECTIONS_DECIDING_H

#include "projections/log_cursor.h"
#include "projections/register.h"

/* What folding one partition leaves behind besides the register's rows. Plain bytes: stored with them. */
struct deciding_position {
	struct log_cursor cursor;
	int64_t barred_minute; /* no tick of this minute or before can be written any more; 0: none */
	int64_t timer_minute; /* minute of the last event of a timer, and how many of that minute */
	int64_t timer_n;
	int64_t cause_n;      /* events that followed from the outcome at cursor.cause */
	int64_t confirmed_us; /* clock.confirmed: the clock may jump up to here */
	/* Over source, id and digest of the last outcome: is the action log the one we know? */
	uint64_t outcome_hash;
	uint8_t after_timer; /* what is owed follows from a timer, not from the outcome */
	uint8_t tick_wanted; /* a timer fired since the last tick: its minute gets one, though its moment is no longer held */
	uint8_t rows; /* DECIDING_ROWS: how the register's rows beside it are laid out */
	uint8_t spare[5];
};

/** Nothing folded yet. */
void deciding_position_init(struct deciding_position *position);

/**
 * Receives each record as it is decided, complete, in order, after it was folded.
 * @return an error ends the deciding: state is then ahead of what was written, so start again from the log
 */
typedef enum err deciding_emit(void *context, const struct event *ev);

/* One partition as its writer holds it. Filled by whoever uses it; not thread-safe. */
struct deciding {
	struct reg *reg;
	struct deciding_position position; /* all that was read and decided */
	int partitions;                    /* of the register; subjects must belong to it */
	int64_t refposition;               /* reference records folded so far: decides by these */
	deciding_emit *emit;
	void *context;
	struct arena arena; /* of one record */
	enum err err;       /* sticky */
	/* The last boundary computed: it is the same for every action within some hours. */
	int64_t boundary_us, boundary_after_us, boundary_refoffset;
};

/* An action as it stands in the log. */
struct deciding_action {
	struct span bytes;
	int64_t offset;
	int64_t broker_us;  /* LogAppendTime; 0: not known */
	int64_t wall_us;    /* the writer's clock */
	bool reference_end; /* the reference log was read to its end: a stamp beyond it is refused */
	/* The number of the incident: refuse it as FAULT (protocol 6); else NULL. The action is then not even decoded, so its outcome bears
	 * no sender's id. What the state owes and its timers still come first, for their order is the record's: a crash in those is not
	 * the action's fault, FAULT does not help against it, and the decider goes on dying there, visibly, until a build mends it. */
	const char *fault;
};

enum deciding_result {
	DECIDING_DONE,
	DECIDING_REFERENCE, /* read the reference log up to wanted_refoffset, or to its end, first */
	DECIDING_CONFIRM, /* more than 40 days after the last tick: only clock.confirmed may come */
	DECIDING_FAILED,  /* see err */
};

enum {
	DECIDING_CONFIRM_DAYS = 40,
	/* Events that one subject may owe after another; no chain of the registers is half as long */
	DECIDING_OWED_IN_A_ROW = 16,
	DECIDING_RIGHT_HISTORY = 1,
	/* Raise on any change of a register's rows: a store of another number is refused, and rebuilt once deleted */
	DECIDING_ROWS = 4,
};

/**
 * Folds one record that was read: judges it and, if it is valid, moves the position and the register's rows on.
 * @return its verdict; d->err if the register cannot fold it
 */
enum log_cursor_verdict deciding_fold(struct deciding *d, const struct event *ev, int64_t offset);

/** Opens the register on what was folded so far (after the claim was read back). */
enum err deciding_open(struct deciding *d);

/** Closes the register and frees its memory; its rows stay. One that is not open is fine. */
void deciding_close(struct deciding *d);

/**
 * Decides one action: first the events that are owed, then timers and ticks up to now, then exactly one outcome, then the
 * events that it owes.
 * @param ret_wanted_refoffset set with DECIDING_REFERENCE
 */
enum deciding_result deciding_act(struct deciding *d,
				  const struct deciding_action *action,
				  int64_t *ret_wanted_refoffset);

/**
 * What is to be written without an action: events that are owed and, in live mode, timers and ticks up to now, including
 * each minute's tick when `caught_up`. An empty partition of a bus that is live already goes live here.
 */
enum deciding_result deciding_idle(struct deciding *d,
				   int64_t wall_us,
				   bool caught_up,
				   bool bus_live);

/** Whether a jump of the clock must be confirmed first (live mode, 40 days; protocol 10). */
bool deciding_clock_must_confirm(const struct deciding *d, int64_t wall_us);

/** The claim that would replace the latest valid one. @param ret_ev whole; borrows writer and id, id needs 40 bytes */
void deciding_claim(const struct deciding *d,
		    uint64_t nonce,
		    const char *writer,
		    int64_t wall_us,
		    char *id,
		    struct event *ret_ev);

/** A record that restates where the action log continues (govbus repair); its writer must hold the claim. */
enum err deciding_repair(struct deciding *d,
			 int64_t next_action,
			 struct span reason,
			 int64_t wall_us);

/** Hash that tells an outcome's action: source, id, digest. */
uint64_t deciding_hash(struct span source, struct span id, struct span digest);

/**
 * Whether these bytes, at this offset, are the action of the outcome with that hash. Bytes that were never decoded are
 * recognised by their own hash.
 */
bool deciding_act_was(struct span bytes, int64_t offset, uint64_t outcome_hash);

/* For the files of the core alone. */

/** Completes a record (claim, decidedtime, refoffset, rules), folds it and emits it. */
enum err deciding_write(struct deciding *d,
			struct event *ev,
			int64_t decided_us,
			int64_t refoffset);

/**
 * What failed while the register decided: its rows, or memory. The record it made is then not written: it may be
 * incomplete, or a refusal that should not be one.
 */
enum err deciding_register_err(const struct deciding *d);

/** Writes all that the state owes. A subject that owes without end is a bug of its register: ERR_BUG, not a log without end. */
enum err deciding_write_owed(struct deciding *d);

/** Timers due and ticks to be, in order, up to a moment; each minute's tick of `every_minute`. */
enum err deciding_clock_advance(struct deciding *d, int64_t upto_us, bool every_minute);

/** The decider's own source, in claims, ticks, timers and owed events. */
#define DECIDING_SOURCE SPAN("/govbus/decider")

#endif
