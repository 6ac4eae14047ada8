/* reference_evolve.h: folding an event of the reference register into its rows. */
#ifndef GOVBUS_PROJECTIONS_REFERENCE_EVOLVE_H
#define GOVBUS_PROJECTIONS_REFERENCE_EVOLVE_H

#include "projections/reference_row.h"

/** As register_ops.evolve: never judges. @return the view's error @thread that of the register */
enum err reference_evolve(struct reg *reg, const struct event *ev);

#endif
