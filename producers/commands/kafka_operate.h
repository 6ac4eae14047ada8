/* kafka_operate.h: what an operator asks of the deciders: go live, confirm the clock, repair a position. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_KAFKA_OPERATE_H
#define GOVBUS_PRODUCERS_COMMANDS_KAFKA_OPERATE_H

#include <stdio.h>

#include "common/kafka_conf.h"
#include "projections/register.h"

struct kafka_operate_config {
	const struct kafka_settings *settings;
	const char *home; /* its digest key signs what is posted */
	const char *prefix;
	/* NULL-ended; the reference register last: programs go by it */
	const struct register_ops *const *registers;
	int wait_ms; /* for outcomes, 0: post and return; of a repair: how long its log may stand still */
	FILE *out; /* a line per partition */
};

/**
 * govbus go-live: posts went.live to every partition of every register, one register after the other, and waits until each partition
 * has gone live. Once: partitions that are live already are left alone.
 * @return KAFKA_AWAY when an outcome did not come in time (asking again is safe), DENIED when one was refused
 */
enum err kafka_operate_go_live(const struct kafka_operate_config *config);

/** govbus clock confirm: the clock may jump to now (and an hour more), in every partition. @return as above */
enum err kafka_operate_confirm_clock(const struct kafka_operate_config *config);

/**
 * govbus repair REGISTER PARTITION: takes the partition by a claim of its own, writes where its action log goes on, and ends. Actions
 * that were lost with the log's tail stay decided; the door's callers may post them again.
 * @return FENCED when a decider took the partition back meanwhile (stop it first, or try again); KAFKA_AWAY, CLOCK, or why the partition
 * cannot go on
 */
enum err kafka_operate_repair(const struct kafka_operate_config *config,
			      const struct register_ops *ops,
			      int partition,
			      const char *reason);

#endif
