/* place.h: place codes of the national division code, province to grid (网格) and micro-grid: parent = prefix. */
#ifndef GOVBUS_COMMON_PLACE_H
#define GOVBUS_COMMON_PLACE_H

#include <stdbool.h>

#include "common/span.h"

enum {
	PLACE_MAX_BYTES = 17,
	PLACE_COUNTY_BYTES = 6,
	PLACE_TOWN_BYTES = 9,
	/* 1 province 省, 2 prefecture 市/州, 3 county 县, 4 township 乡镇/街道, 5 village 村/社区, 6 grid 网格, 7 micro-grid */
	PLACE_LEVELS = 7,
};

/** Digits only, and of a length that is a level: 2, 4, 6, 9, 12, 15 or 17. @thread any, as all here */
bool place_valid(struct span code);

/** Level 1 to 7 by length; 0 if the length is none. */
int place_level(struct span code);

/** Bytes of a code of that level (1 to 7). */
size_t place_bytes(int level);

/** The prefix at a level; the code itself if it is not deeper. */
struct span place_at_level(struct span code, int level);

/** The place above; absent for a province. */
struct span place_parent(struct span code);

/** Whether outer is the same place or one above. */
bool place_covers(struct span outer, struct span inner);

/**
 * Whether the digits of a code's own level are given out at all (domain.md §2.2): townships and villages 001 to 599, grids 001 to 799 (basic)
 * and 801 to 999 (dedicated). Above and below, all are.
 */
bool place_in_range(struct span code);

/** The deepest place that covers both; absent if not even the province is shared. */
struct span place_common(struct span a, struct span b);

/**
 * Undoes the padding of other systems: GB/T 2260 pads codes with zeros to six digits (530000, 530100), statistics to nine
 * or twelve (530102000000). Cuts off the levels that are all zeros and leaves every other code alone, those of grids too.
 */
struct span place_normalise(struct span code);

/** The same for the unit of a place: centre:530100 is centre:5301. Other units are left alone: grids' codes are not filled up. */
struct span place_normalise_unit(struct span unit);

/** The place in "centre:5301" and "grid:530102001001001", valid or not; absent for registered units, whose ids name none. */
struct span place_of_unit(struct span unit);

#endif
