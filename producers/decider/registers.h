/* registers.h: the registers of this bus. */
#ifndef GOVBUS_PRODUCERS_DECIDER_REGISTERS_H
#define GOVBUS_PRODUCERS_DECIDER_REGISTERS_H

#include "projections/register.h"

/* NULL-ended. The order is that of going live: programs take the reference register's mode for that of the bus, so it comes last. */
extern const struct register_ops *const registers_all[];

/** The register of that name ("case"); NULL if there is none. @thread any */
const struct register_ops *registers_named(const char *name);

#endif
