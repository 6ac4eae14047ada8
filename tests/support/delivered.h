/* delivered.h: what a producer reports of a record passes through the test before the decider learns it.
 * A test says in its first comment " * @wrap kafka_decider_write_delivered", and has delivered_change. */
#ifndef GOVBUS_TESTS_SUPPORT_DELIVERED_H
#define GOVBUS_TESTS_SUPPORT_DELIVERED_H

#include "common/kafka_writer.h"

/** Changes a report as the test wants it; the test has it. @thread the writer's */
void delivered_change(struct kafka_report *report);

kafka_delivered __real_kafka_decider_write_delivered;
kafka_delivered __wrap_kafka_decider_write_delivered;

void __wrap_kafka_decider_write_delivered(void *context,
					  void *opaque,
					  const struct kafka_report *report)
{
	struct kafka_report changed = *report;

	delivered_change(&changed);
	__real_kafka_decider_write_delivered(context, opaque, &changed);
}

#endif
