/* partition.c: which partition a key belongs to, as Kafka's own clients in every language compute it (murmur2). */
#include "common/partition.h"

int32_t partition_murmur2(struct span key)
{
	const uint32_t m = 0x5bd1e995;
	uint32_t h = 0x9747b28c ^ (uint32_t)key.n;
	size_t i = 0;

	for (; i + 4 <= key.n; i += 4) {
		uint32_t k = (uint32_t)key.p[i] | (uint32_t)key.p[i + 1] << 8 |
			     (uint32_t)key.p[i + 2] << 16 | (uint32_t)key.p[i + 3] << 24;

		k *= m;
		k ^= k >> 24;
		h = h * m ^ k * m;
	}
	switch (key.n - i) {
	case 3:
		h ^= (uint32_t)key.p[i + 2] << 16;
		/* fallthrough */
	case 2:
		h ^= (uint32_t)key.p[i + 1] << 8;
		/* fallthrough */
	case 1:
		h = (h ^ key.p[i]) * m;
		break;
	default:
		break;
	}
	h ^= h >> 13;
	h *= m;
	return (int32_t)(h ^ h >> 15);
}

int partition_of_key(struct span key, int partitions)
{
	return (partition_murmur2(key) & 0x7fffffff) % partitions;
}
