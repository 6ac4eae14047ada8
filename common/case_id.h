/* case_id.h: a case's id for life, "530102-20230119-7K3M9QXA2B4C" (一案一码), and the citizen's receipt code. */
#ifndef GOVBUS_COMMON_CASE_ID_H
#define GOVBUS_COMMON_CASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "common/span.h"

enum {
	CASE_ID_TEXT_BYTES = 28, /* 6 + 1 + 8 + 1 + 12 */
	CASE_ID_KEY_BYTES = 14,  /* county 3, date 3, hash 8: sorts by county, then by date */
	CASE_ID_RECEIPT_BYTES = 12,
};

/* As it stands in LMDB keys. */
struct case_id {
	uint8_t key[CASE_ID_KEY_BYTES];
};

/**
 * The id of a report: the county of its place, the date (Asia/Shanghai) of its own time, and 60 bits of BLAKE2b over
 * source and id (each preceded by its length, so that no two pairs run together). The same pair in two counties, or
 * with two dates, is two ids.
 * @param place at least six digits, checked by the caller
 * @param time_us case_id_holds() it, else the id is none that case_id_parse() takes
 * @thread any
 */
struct case_id case_id_of_report(struct span place,
				 int64_t time_us,
				 struct span source,
				 struct span id);

/** Whether an id can hold the date of a report's time: one of the years 1900 to 3577. */
bool case_id_holds(int64_t time_us);

/** Reads the text form. @return false if it is not one (wrong length, digits, date or alphabet) */
bool case_id_parse(struct span text, struct case_id *ret_id);

/** Writes the text form, CASE_ID_TEXT_BYTES and an ending zero. */
void case_id_format(const struct case_id *id, char ret_text[CASE_ID_TEXT_BYTES + 1]);

/** The six digits of the county the case was filed in: the Kafka key of all that is about it. */
void case_id_county(const struct case_id *id, char ret_county[7]);

/**
 * The citizen's receipt code: 60 bits of a keyed BLAKE2b over the case id, in Crockford base32.
 * @param secret the receipt key shared by all doors, 32 bytes
 */
void case_id_receipt(const struct case_id *id,
		     const uint8_t secret[32],
		     char ret_code[CASE_ID_RECEIPT_BYTES + 1]);

#endif
