/* flow.c: the surroundings of a flow test; see flow.h. */
#include "tests/support/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

const char *flow_kafka(void)
{
	const char *address = getenv("GOVBUS_TEST_KAFKA");

	if (!address || address[0] == '\0') {
		(void)fputs("skipped: GOVBUS_TEST_KAFKA is not set; ./run test starts a broker\n",
			    stderr);
		exit(77);
	}
	return address;
}

const char *flow_prefix(void)
{
	static char prefix[16];
	unsigned long long number;

	if (prefix[0] == '\0') {
		if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number)) {
			abort();
		}
		snprintf(prefix, sizeof(prefix), "t%010llx.", number & 0xffffffffffULL);
	}
	return prefix;
}
