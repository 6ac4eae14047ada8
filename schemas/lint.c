/* lint.c: finds personal numbers in text that anyone may read. */

/*
 * A text becomes a line of symbols, one byte per character: digits and capitals for themselves (full-width ones too), '-' for
 * what people put between groups of digits, '#' for all else. A chunk is a run of digits; numbers are looked for in runs of
 * chunks with separators between them. Case ids, digests and receipts are words that mix digits and letters: where digits stand at
 * more than one place of a word, it is passed over.
 */
#include "schemas/lint.h"

#include "common/case_id.h"

enum { NOTHING = 0 }; /* the symbol of a character that is not seen */
enum { LINE = 1024, OVERLAP = 64, CHUNKS = 40, NUMBER = 19, ID = 18, MOBILE = 11, CARD_LEAST = 13 };

struct chunk {
	const uint8_t *p;
	size_t n;
};

/* Chunks that stand together, separators between them; x: the last is followed by an X, as an identity number may be. */
struct group {
	struct chunk chunks[CHUNKS];
	size_t n;
	bool x;
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(uint8_t c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z');
}

/* The next character; bytes that are no UTF-8 stand for themselves. */
static uint32_t next_char(struct span text, size_t *at)
{
	uint8_t c = text.p[*at];
	unsigned more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc2 ? 1 : 0;
	uint32_t value = more ? c & (0x3fu >> more) : c;

	(*at)++;
	for (; more && *at < text.n; more--, (*at)++) {
		value = value << 6 | (text.p[*at] & 0x3f);
	}
	return value;
}

struct range {
	uint32_t from, to;
};

static bool is_in(uint32_t c, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (c >= ranges[i].from && c <= ranges[i].to) {
			return true;
		}
	}
	return false;
}

/* Spaces, dots, hyphens and dashes beyond ASCII, comma and stop of Chinese. */
static const struct range SEPARATORS[] = {
	{0xa0, 0xa0},     {0xb7, 0xb7},     {0x2000, 0x200a}, {0x2010, 0x2015}, {0x2022, 0x2022},
	{0x202f, 0x202f}, {0x2043, 0x2043}, {0x205f, 0x205f}, {0x2212, 0x2212}, {0x3000, 0x3002},
	{0x30fb, 0x30fb}, {0xfe58, 0xfe58}, {0xfe63, 0xfe63},
};

/* What comes along unseen when a number is copied: soft hyphen, zero-width and direction marks, byte order mark, and what makes an
 * emoji of a digit. */
static const struct range UNSEEN[] = {
	{0xad, 0xad},     {0x61c, 0x61c},   {0x180e, 0x180e}, {0x200b, 0x200f}, {0x202a, 0x202e},
	{0x2060, 0x206f}, {0x20e3, 0x20e3}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
};

/* Full-width forms and the digits of Arabic and Persian keyboards as those of ASCII. */
static uint32_t as_ascii(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e) {
		return c - 0xff01 + 0x21;
	}
	if ((c >= 0x660 && c <= 0x669) || (c >= 0x6f0 && c <= 0x6f9)) {
		return '0' + (c & 0xf);
	}
	return c;
}

static uint8_t symbol_of(uint32_t c)
{
	if (c > 0x30fb && c < 0xfe00) {
		return '#'; /* most of Chinese text; only for speed */
	}
	c = as_ascii(c);
	if (c >= 'a' && c <= 'z') {
		c -= 'a' - 'A';
	}
	if (c < 0x80) {
		return is_word((uint8_t)c)                                   ? (uint8_t)c
		       : c == '#' || !c || !strchr(" -._/,()\t\n\r", (int)c) ? '#'
									     : '-';
	}
	if (is_in(c, UNSEEN, sizeof UNSEEN / sizeof *UNSEEN)) {
		return NOTHING;
	}
	return is_in(c, SEPARATORS, sizeof SEPARATORS / sizeof *SEPARATORS) ? '-' : '#';
}

/* 18 digits, the last perhaps X: a birth date that may be, and the check digit of GB 11643 (ISO 7064 mod 11-2). */
static bool is_identity(const uint8_t *digits)
{
	static const uint8_t weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	unsigned sum = 0;
	uint32_t date = 0;

	for (unsigned i = 0; i < 17; i++) {
		if (!is_digit(digits[i])) {
			return false;
		}
		sum += weights[i] * (digits[i] - (unsigned)'0');
	}
	for (unsigned i = 6; i < 14; i++) {
		date = date * 10 + (digits[i] - (uint32_t)'0');
	}
	return "10X98765432"[sum % 11] == (char)digits[17] && date / 10000 >= 1800 &&
	       date / 10000 < 2100 && date / 100 % 100 - 1 < 12 && date % 100 - 1 < 31;
}

/* Digits of the country's prefix and of the trunk's 0 before a mobile number; SIZE_MAX if it is none. No area code begins with 01 and
 * one of these. */
static size_t mobile_prefix(const uint8_t *digits, size_t n)
{
	size_t prefix = n >= MOBILE + 4 && memcmp(digits, "0086", 4) == 0 ? 4
			: n >= MOBILE + 2 && memcmp(digits, "86", 2) == 0 ? 2
									  : 0;

	prefix += n == prefix + MOBILE + 1 && digits[prefix] == '0';
	return n == prefix + MOBILE && digits[prefix] == '1' && digits[prefix + 1] >= '3'
		       ? prefix
		       : SIZE_MAX;
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

/* Whether chunks stand as people write a phone number: 3-4-4, 3-8, 7-4, digit by digit; a prefix may be one with the first of them. One
 * apart from it is passed over by judge_group. */
static bool grouped_as_mobile(const struct chunk *c, size_t n, size_t prefix)
{
	size_t first = c[0].n - prefix;

	return n == 1 || n >= MOBILE || (n == 3 && first == 3 && c[1].n == 4) ||
	       (n == 2 && (first == 3 || first == 7));
}

/* Fours and a rest, six and a rest, or digit by digit. */
static bool grouped_as_card(const struct chunk *c, size_t n)
{
	bool fours = true;

	for (size_t i = 0; i + 1 < n; i++) {
		fours &= c[i].n == 4;
	}
	return n == 1 || fours || n >= CARD_LEAST || (n == 2 && c[0].n == 6);
}

/* Chunks from to until - 1 read as one number. */
static const char *judge(const struct group *g, size_t from, size_t until)
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
	if (n == ID && is_identity(digits)) {
		return "an identity number";
	}
	size_t prefix = mobile_prefix(digits, n);

	if (prefix != SIZE_MAX && grouped_as_mobile(g->chunks + from, count, prefix)) {
		return "a mobile number";
	}
	return is_card(digits, n) && grouped_as_card(g->chunks + from, count) ? "a bank card number"
									      : NULL;
}

static const char *judge_group(const struct group *g)
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

/* Bytes of the word at p; *ret_mixed: digits stand in it at more than one place, or it is a case id. */
static size_t word_at(const uint8_t *p, const uint8_t *end, bool *ret_mixed)
{
	size_t n = 1, runs = is_digit(*p);
	struct case_id id;

	if (end - p >= CASE_ID_TEXT_BYTES && case_id_parse(span_of(p, CASE_ID_TEXT_BYTES), &id) &&
	    (end - p == CASE_ID_TEXT_BYTES || !is_word(p[CASE_ID_TEXT_BYTES]))) {
		*ret_mixed = true;
		return CASE_ID_TEXT_BYTES;
	}
	for (; p + n < end && is_word(p[n]); n++) {
		runs += is_digit(p[n]) && !is_digit(p[n - 1]);
	}
	*ret_mixed = runs > 1;
	return n;
}

/* Adds a word's digits to the group. @return whether the group goes on after it */
static bool add_word(struct group *g, const uint8_t *p, size_t n)
{
	size_t start = 0, end;

	while (start < n && !is_digit(p[start])) {
		start++;
	}
	for (end = start; end < n && is_digit(p[end]); end++) {
	}
	if (end > start) {
		g->chunks[g->n++] = (struct chunk){p + start, end - start};
	}
	g->x = end < n && p[end] == 'X';
	return end == n && g->n < CHUNKS;
}

/* Most texts have fewer digits than the shortest of these numbers: then nothing is looked for. */
static bool digits_enough(const uint8_t *p, const uint8_t *end)
{
	unsigned digits = 0;

	for (; p < end; p++) {
		digits += is_digit(*p);
	}
	return digits >= MOBILE;
}

static const char *judge_line(const uint8_t *p, const uint8_t *end)
{
	struct group g = {.n = 0};
	const char *what = NULL;

	if (!digits_enough(p, end)) {
		return NULL;
	}
	while (p < end && !what) {
		bool mixed = false, goes_on = *p == '-';
		size_t n = 1;

		if (is_word(*p)) {
			n = word_at(p, end, &mixed);
			if (!mixed && !is_digit(*p)) {
				what = judge_group(&g); /* letters end what came before them */
				g.n = 0;
			}
			goes_on = !mixed && add_word(&g, p, n);
		} else if (goes_on && g.n && p + 1 < end && *p == '-' && p[1] == 'X' &&
			   (p + 2 == end || !is_word(p[2]))) {
			g.x = true;
			goes_on = false;
		}
		if (!goes_on && !what) {
			what = judge_group(&g);
			g = (struct group){.n = 0};
		}
		p += n;
	}
	return what ? what : judge_group(&g);
}

/* @param unseen  what stands for characters that are not seen; NOTHING: they are left out @param ret_any whether there are any */
static const char *look(struct span text, uint8_t unseen, bool *ret_any)
{
	uint8_t line[LINE];
	size_t at = 0, n = 0;
	const char *what = NULL;

	while (at < text.n && !what) {
		uint8_t symbol = symbol_of(next_char(text, &at));

		*ret_any |= symbol == NOTHING;
		symbol = symbol == NOTHING ? unseen : symbol;
		line[n] = symbol;
		n += symbol != NOTHING;
		if (n == LINE) {
			what = judge_line(line, line + n);
			memmove(line, line + n - OVERLAP, OVERLAP);
			n = OVERLAP;
		}
	}
	return what ? what : judge_line(line, line + n);
}

/* What is not seen may stand inside a number, or be all that stands between two. */
const char *lint_text(struct span text)
{
	bool unseen = false;
	const char *what = look(text, NOTHING, &unseen);

	return what || !unseen ? what : look(text, '-', &unseen);
}
