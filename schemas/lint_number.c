/* lint_number.c: whether groups of digits are a person's number, by the forms and check digits that such numbers have. */
#include "schemas/lint_number.h"

#include <string.h>

enum {
	NUMBER = 19,
	ID = 18,
	OLD_ID = 15,
	MOBILE = LINT_NUMBER_LEAST,
	CARD_LEAST = 13,
	NO_TOWNSHIP = 60
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static unsigned two(const uint8_t *digits)
{
	return (digits[0] - (unsigned)'0') * 10 + (digits[1] - (unsigned)'0');
}

static bool is_day(const uint8_t *digits)
{
	return two(digits) - 1 < 12 && two(digits + 2) - 1 < 31;
}

/* 18 digits, the last perhaps X: a birth date that may be, and the check digit of GB 11643 (ISO 7064 mod 11-2). */
static bool is_identity(const uint8_t *digits)
{
	static const uint8_t weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	unsigned sum = 0;

	for (unsigned i = 0; i < 17; i++) {
		if (!is_digit(digits[i])) {
			return false;
		}
		sum += weights[i] * (digits[i] - (unsigned)'0');
	}
	return "10X98765432"[sum % 11] == (char)digits[17] && two(digits + 6) >= 18 &&
	       two(digits + 6) < 21 && is_day(digits + 10);
}

/*
 * The 15 digits of before 1999: place, yymmdd, serial. They have no check digit, and the codes of grids have 15 digits too: the
 * township's stand where the year is, and townships end at 599. So only births from 1960 on are known.
 */
static bool is_old_identity(const uint8_t *digits)
{
	static const char *const PROVINCES =
		"11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 "
		"44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82";
	char province[3] = {(char)digits[0], (char)digits[1], 0};

	return strstr(PROVINCES, province) && two(digits + 6) >= NO_TOWNSHIP && is_day(digits + 8);
}

/* Digits of the country's prefix at the start; 0: none. */
static size_t country_bytes(const uint8_t *digits, size_t n)
{
	return n > 4 && memcmp(digits, "0086", 4) == 0 ? 4
	       : n > 2 && memcmp(digits, "86", 2) == 0 ? 2
						       : 0;
}

/* Digits of the country's prefix and of the trunk's 0 before a mobile number; SIZE_MAX if it is none. No area code begins with 01 and
 * one of these. */
static size_t mobile_prefix(const uint8_t *digits, size_t n)
{
	size_t prefix = country_bytes(digits, n);

	prefix += n == prefix + MOBILE + 1 && digits[prefix] == '0';
	return n == prefix + MOBILE && digits[prefix] == '1' && digits[prefix + 1] >= '3'
		       ? prefix
		       : SIZE_MAX;
}

/* Digits of the area code at the start, the trunk's 0 left out: 10 and 20 to 29, or those of three digits that begin so. 0: none. */
static size_t area_bytes(const uint8_t *digits)
{
	static const char *const SECOND[10] = {
		[3] = "134579",    [4] = "12345678", [5] = "123456789", [6] = "369",
		[7] = "012345679", [8] = "1235789",  [9] = "0134579"};
	unsigned first = digits[0] - (unsigned)'0';

	if (first <= 2) {
		return (first == 1 && digits[1] == '0') || (first == 2 && digits[1] != '6') ? 2 : 0;
	}
	return strchr(SECOND[first], digits[1]) ? 3 : 0;
}

/* A landline with its area code, and where its parts begin. */
struct landline {
	size_t country, trunk, area; /* digits up to the end of each */
};

/* Numbers at home begin with 2 to 8, in cities of two digits' area they have eight. Eight that begin with a year are a date, or a running
 * number of that year: 0371-20240115, 053020240087. */
static bool read_landline(const uint8_t *digits, size_t n, struct landline *ret_parts)
{
	size_t country = country_bytes(digits, n);
	size_t trunk = country + (digits[country] == '0'), area, own;

	if (!trunk || n < trunk + 9) {
		return false;
	}
	area = area_bytes(digits + trunk);
	own = n - trunk - area;
	*ret_parts = (struct landline){country, trunk, trunk + area};
	digits += trunk + area;
	return area && (own == 8 || (own == 7 && area == 3)) && digits[0] >= '2' &&
	       digits[0] <= '8' && !(own == 8 && two(digits) == 20 && digits[2] < '5');
}

/* Whether only what joins the parts of one number stands between chunks. */
static bool joined(const struct lint_number_chunk *c, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		for (const uint8_t *p = c[i].p + c[i].n; p < c[i + 1].p; p++) {
			if (*p == ',') {
				return false;
			}
		}
	}
	return true;
}

/*
 * Parted after the country, the trunk's 0, the area and before the last four, or digit by digit. What hangs on other digits by a hyphen
 * (2023-0312-4567891), or on a letter without being parted, is a number of a document.
 */
static bool grouped_as_landline(const struct lint_number_chunk *c,
				size_t n,
				const struct landline *parts,
				size_t digits)
{
	size_t at = 0;

	if ((c[0].before >= 'A' && n == 1) || !joined(c, n)) {
		return false;
	}
	for (size_t i = 0; i + 1 < n && n < digits; i++) {
		at += c[i].n;
		if (at != parts->country && at != parts->trunk && at != parts->area &&
		    at != digits - 4) {
			return false;
		}
	}
	return true;
}

static bool is_landline(const struct lint_number_group *g,
			size_t from,
			size_t count,
			const uint8_t *digits,
			size_t n)
{
	const struct lint_number_chunk *c = g->chunks + from;
	struct landline parts;

	return !(from && c[0].before == '-') && read_landline(digits, n, &parts) &&
	       grouped_as_landline(c, count, &parts, n);
}

/* Place codes of grids have 15 or 17 digits and begin with Yunnan's 53; no card of those lengths does. */
static bool is_card(const uint8_t *digits, size_t n)
{
	unsigned sum = 0;

	if (n < CARD_LEAST || n > NUMBER ||
	    ((n == 15 || n == 17) && memcmp(digits, "53", 2) == 0)) {
		return false;
	}
	/* ISO/IEC 7812: banks begin with 3 to 6, or 9 at home, or 2221 to 2720. Moments and serial numbers seldom do. */
	if (!strchr("34569", digits[0]) &&
	    (n != 16 || memcmp(digits, "2221", 4) < 0 || memcmp(digits, "2720", 4) > 0)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		unsigned digit = digits[n - 1 - i] - (unsigned)'0';

		sum += i % 2 == 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
	}
	return sum % 10 == 0;
}

/* Whether chunks stand as people write a mobile number: 3-4-4, 3-8, 7-4, 4-3-4, digit by digit; a prefix may be one with the first of them. One
 * apart from it is passed over by lint_number_find. */
static bool grouped_as_mobile(const struct lint_number_chunk *c, size_t n, size_t prefix)
{
	size_t first = c[0].n - prefix;

	return n == 1 || n >= MOBILE || (n == 3 && first == 3 && c[1].n == 4) ||
	       (n == 3 && first == 4 && c[1].n == 3 && joined(c, n)) ||
	       (n == 2 && (first == 3 || first == 7));
}

/* In one, or 6-6-3, as they were printed. */
static bool grouped_as_old_identity(const struct lint_number_chunk *c, size_t n)
{
	return n == 1 || (n == 3 && c[0].n == 6 && c[1].n == 6 && joined(c, n));
}

/* Fours and a rest, six and a rest, or digit by digit. */
static bool grouped_as_card(const struct lint_number_chunk *c, size_t n)
{
	bool fours = true;

	for (size_t i = 0; i + 1 < n; i++) {
		fours &= c[i].n == 4;
	}
	return n == 1 || fours || n >= CARD_LEAST || (n == 2 && c[0].n == 6);
}

/* Chunks from to until - 1 read as one number. */
static const char *judge(const struct lint_number_group *g, size_t from, size_t until)
{
	uint8_t digits[NUMBER + 1];
	size_t n = 0, count = until - from;

	for (size_t i = from; i < until; i++) {
		if (n + g->chunks[i].n > NUMBER) {
			return NULL;
		}
		memcpy(digits + n, g->chunks[i].p, g->chunks[i].n);
		n += g->chunks[i].n;
	}
	if (n == ID - 1 && until == g->n && g->x) {
		digits[n] = 'X';
		return is_identity(digits) ? "an identity number" : NULL;
	}
	if ((n == ID && is_identity(digits)) ||
	    (n == OLD_ID && grouped_as_old_identity(g->chunks + from, count) &&
	     is_old_identity(digits))) {
		return "an identity number";
	}
	size_t prefix = mobile_prefix(digits, n);

	if (prefix != SIZE_MAX && grouped_as_mobile(g->chunks + from, count, prefix)) {
		return "a mobile number";
	}
	if (is_landline(g, from, count, digits, n)) {
		return "a landline number";
	}
	return is_card(digits, n) && grouped_as_card(g->chunks + from, count) ? "a bank card number"
									      : NULL;
}

const char *lint_number_find(const struct lint_number_group *g)
{
	for (size_t from = 0; from < g->n; from++) {
		for (size_t until = from + 1; until <= g->n && until <= from + NUMBER; until++) {
			const char *what = judge(g, from, until);

			if (what) {
				return what;
			}
		}
	}
	return NULL;
}
