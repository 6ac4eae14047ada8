/* overlay_scan.h: visiting the rows of a table through all generations. Part of the overlay. */
#ifndef GOVBUS_CONSUMERS_OVERLAY_SCAN_H
#define GOVBUS_CONSUMERS_OVERLAY_SCAN_H

#include "consumers/overlay_parts.h"

/** As view_scan; rows that were added must have slots. The visitor may read rows, not write them. */
void overlay_scan(
	struct overlay *overlay, int table, struct span prefix, view_visit *visit, void *context);

#endif
