/* case_status.h: the projection case-status: where every case stands, its timeline, and the place board. */
#ifndef GOVBUS_PROJECTIONS_CASE_STATUS_H
#define GOVBUS_PROJECTIONS_CASE_STATUS_H

#include "projections/projection.h"

extern const struct projection case_status;

#endif
