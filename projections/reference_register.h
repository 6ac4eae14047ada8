/* reference_register.h: the register of reference data: places, units, lists, policies, calendars, profiles. */
#ifndef GOVBUS_PROJECTIONS_REFERENCE_REGISTER_H
#define GOVBUS_PROJECTIONS_REFERENCE_REGISTER_H

#include "projections/projection.h"
#include "projections/register.h"

/* One partition, no timers, nothing owed. Its rows: reference_row.h. */
extern const struct register_ops reference_register;

#endif
