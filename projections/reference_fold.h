/* reference_fold.h: taking one event of the reference register into memory. Internal to reference*.c. */
#ifndef GOVBUS_PROJECTIONS_REFERENCE_FOLD_H
#define GOVBUS_PROJECTIONS_REFERENCE_FOLD_H

#include "projections/reference_table.h"

/** Folds a reference event; others are passed over. Out of memory is remembered in ref. @thread as reference.h */
void reference_fold_event(struct reference *ref, const struct event *ev, int64_t offset);

/** Reads "LEVEL.UNIT_TYPE.FUNCTION". @return false if it is not one */
bool reference_fold_function(struct span code,
			     uint8_t *ret_level,
			     uint8_t *ret_unit_type,
			     uint8_t *ret_function);

#endif
