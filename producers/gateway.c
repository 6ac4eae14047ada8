/* gateway.c: what the parts of the gateway share. */
#include "producers/gateway.h"

#include "common/clock.h"

struct as_of gateway_today(struct gateway *gateway)
{
	return (struct as_of){reference_position(gateway->reference), clock_wall_us()};
}
