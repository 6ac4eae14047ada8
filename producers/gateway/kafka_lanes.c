/* kafka_lanes.c: to which partitions can be posted now: those whose leaders answer, that of the actions and that of the events. */
#include "producers/gateway/kafka_lanes.h"

#include "common/partition.h"

int kafka_lanes_of(const struct batch_item *item, int partition)
{
	return item->topic == TOPIC_CASE_ACTION ? partition : KAFKA_LANES_REFERENCE;
}

enum err kafka_lanes_probe(struct kafka_writer *writer, const int topics[TOPIC_COUNT])
{
	enum err err = ERR_OK;

	for (int i = 0; !err && i < LIMIT_CASE_PARTITIONS; i++) {
		err = kafka_writer_probe(writer, topics[TOPIC_CASE_ACTION], i);
	}
	return err ? err : kafka_writer_probe(writer, topics[TOPIC_REFERENCE_ACTION], 0);
}

static bool is_away(const struct kafka_lanes *lanes, const struct kafka_writer *writer, int lane)
{
	return !writer || lanes->unread[lane] || kafka_writer_silent(writer, lane);
}

bool kafka_lanes_item_away(const struct kafka_lanes *lanes,
			   const struct kafka_writer *writer,
			   const struct batch_item *item)
{
	int partition = item->partition >= 0 ? item->partition
					     : partition_of_key(item->key, LIMIT_CASE_PARTITIONS);

	return is_away(lanes, writer, kafka_lanes_of(item, partition));
}

bool kafka_lanes_batch_away(const struct kafka_lanes *lanes,
			    const struct kafka_writer *writer,
			    const struct batch *batch)
{
	for (int i = 0; i < batch->n_items; i++) {
		if (!batch->items[i].status &&
		    !kafka_lanes_item_away(lanes, writer, &batch->items[i])) {
			return false;
		}
	}
	return true;
}

void kafka_lanes_count(struct kafka_lanes *lanes, const struct kafka_writer *writer)
{
	int n = 0;

	for (int i = 0; i < KAFKA_LANES; i++) {
		n += is_away(lanes, writer, i);
	}
	lanes->away = n;
}
