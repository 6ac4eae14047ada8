/* register.h: what a register is (one action topic, one event topic, one decider per partition): pure functions over a view. */
#ifndef GOVBUS_PROJECTIONS_REGISTER_H
#define GOVBUS_PROJECTIONS_REGISTER_H

#include "common/arena.h"
#include "projections/reasons.h"
#include "projections/reference.h"
#include "projections/view.h"
#include "schemas/event.h"

/* The number of the rule set that decide() follows; raise on any change of what it decides. Written into every event. */
enum { REGISTER_RULES = 1 };

/* One partition of one register, as its decider or a test holds it. Not thread-safe. */
struct reg {
	const struct register_ops *ops;
	struct view *view; /* its rows: uncommitted over committed */
	const struct reference *reference;
	void *state; /* the register's own, such as its heap of timers; made by open */
	int partition;
};

/* The result of decide(). The action's own members are copied by the caller; `ev` below starts as a copy of the action. */
enum verdict {
	VERDICT_ACCEPTED, /* ev: decided members set (seq, from, to, owner, dues in data); the caller adds claim, cause, decidedtime, refoffset, rules */
	VERDICT_REFUSED,  /* refusal filled */
};

/* Why an action is refused, for the record and for the sender. Text borrows from constants or the arena. */
struct refusal {
	enum reason reason; /* REASON_NONE: it is not refused */
	const char *guard;  /* id from guards.def, or "" */
	struct span detail; /* what it met, ASCII */
	struct span needs;  /* what would satisfy it, ASCII */
	uint8_t state;      /* enum code_case_state of the subject, or 0 */
};

/* All that enters a decision besides the state. */
struct moment {
	int64_t now_us;    /* becomes decidedtime */
	int64_t refoffset; /* reference position it decides by */
	bool live;         /* false in history mode */
};

struct register_ops {
	const char *name;           /* "case" */
	enum topic events;          /* its event topic; the action topic follows */
	const struct table *tables; /* of the decider's environment, see projection.h */

	/** Makes `state`: scans the view for what has timers. Called on taking a partition and after uncommitted state was dropped. */
	enum err (*open)(struct reg *reg);
	void (*close)(struct reg *reg);

	/**
	 * Judges one decoded, well-formed action (dry runs too: they are judged like any other). Reads state, changes none.
	 * @param ev  in: the action; out, if accepted: with the decided members of its type, and env seq, from, to, owner
	 * @return the verdict; view errors show in reg->view->err
	 */
	enum verdict (*decide)(struct reg *reg,
			       struct event *ev,
			       const struct moment *moment,
			       struct arena *arena,
			       struct refusal *ret_refusal);

	/** Folds one valid record with a seq (accepted, timer or owed). Never judges. Others never come here. */
	enum err (*evolve)(struct reg *reg, const struct event *ev);

	/** What the state owes now: the next event that follows from the last one folded. @return false: nothing.
	 *  @param ret_ev a whole event less claim, decidedtime, refoffset, rules, parent, which are its parent's */
	bool (*owed)(struct reg *reg,
		     const struct moment *moment,
		     struct arena *arena,
		     struct event *ret_ev);

	/** When the next timer is due; INT64_MAX: none. */
	int64_t (*next_timer)(struct reg *reg);

	/** The event of the timer that is due first (decidedtime becomes max(its due, the last)). @return false: it had lapsed; ask next_timer again */
	bool (*timer)(struct reg *reg,
		      const struct moment *moment,
		      struct arena *arena,
		      struct event *ret_ev);

	/** The first yellow, red or due moment after `after_us`; INT64_MAX: none. Its minute gets a tick. */
	int64_t (*next_moment)(struct reg *reg, int64_t after_us);

	/** Repeats: the bound (source, id) within the subject. @return false: not bound. @param ret_to may be 0 */
	bool (*bound)(struct reg *reg,
		      const struct event *action,
		      uint8_t ret_digest[16],
		      int64_t *ret_seq,
		      uint8_t *ret_to);
};

#endif
