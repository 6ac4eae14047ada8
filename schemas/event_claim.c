/* event_claim.c: which claim a record names that this build cannot decode: a newer build's names its writer's, junk names none. */
#include "common/limits.h"
#include "schemas/event.h"
#include "schemas/mp.h"

/* What is not said to be smaller than zero and does not fit is no offset. */
static bool is_offset(struct mp_int number)
{
	return !number.negative && number.bits <= INT64_MAX;
}

bool event_claim(struct span bytes, int64_t *ret_claim)
{
	struct mp mp = mp_over(bytes);
	uint32_t count = 0;
	bool found = false, whole = mp_map(&mp, &count);

	for (uint32_t i = 0; i < count && whole; i++) {
		struct mp_int number;
		struct span name;

		whole = mp_text(&mp, &name);
		if (whole && !found && span_eq(name, SPAN("claim"))) {
			whole = mp_int(&mp, &number) && is_offset(number);
			found = whole;
			*ret_claim = found ? (int64_t)number.bits : -1;
		} else {
			whole = whole && mp_skip_any(&mp, LIMIT_DEPTH);
		}
	}
	return found && whole && !mp_left(&mp);
}
