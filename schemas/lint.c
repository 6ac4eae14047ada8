/* lint.c: finds personal numbers in text that anyone may read. */

/*
 * A text is turned into a line of symbols, one byte per character: digits and capitals for themselves (full-width ones
 * too), ' ', '-' and ',' for what people put between groups of digits, '#' for all else. A chunk is a run of digits;
 * numbers are looked for in runs of chunks with separators between them. Case ids, digests and receipts are words that mix
 * digits and letters: where digits stand at more than one place of a word, it is passed over.
 */
#include "schemas/lint.h"

#include "common/case_id.h"
#include "schemas/lint_number.h"

enum { NOTHING = 0 }; /* the symbol of a character that is not seen */
enum { LINE = 1024, OVERLAP = 64 };

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

/* Beyond ASCII. */
static const struct range SPACES[] = {
	{0xa0, 0xa0},     {0x2000, 0x200a}, {0x2028, 0x2029},
	{0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
};
static const struct range DASHES[] = {
	{0x2010, 0x2015}, {0x2043, 0x2043}, {0x2212, 0x2212}, {0xfe58, 0xfe58}, {0xfe63, 0xfe63},
};
/* Dots, and comma and stop of Chinese. */
static const struct range COMMAS[] = {
	{0xb7, 0xb7}, {0x2022, 0x2022}, {0x3001, 0x3002}, {0x30fb, 0x30fb}};

/*
 * Invisible characters that come along when a number is copied: soft hyphen, zero-width and direction marks, byte order
 * mark, and what makes an emoji of a digit.
 */
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

static uint8_t separator_of(uint32_t c)
{
	if (c < 0x80) {
		return !c                         ? '#'
		       : strchr(" ()\t", (int)c)  ? ' '
		       : strchr("-_/", (int)c)    ? '-'
		       : strchr(".,\n\r", (int)c) ? ','
						  : '#';
	}
	return is_in(c, SPACES, sizeof SPACES / sizeof *SPACES)   ? ' '
	       : is_in(c, DASHES, sizeof DASHES / sizeof *DASHES) ? '-'
	       : is_in(c, COMMAS, sizeof COMMAS / sizeof *COMMAS) ? ','
								  : '#';
}

static bool is_separator(uint8_t symbol)
{
	return symbol == ' ' || symbol == '-' || symbol == ',';
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
	if (c < 0x80 && is_word((uint8_t)c)) {
		return (uint8_t)c;
	}
	return is_in(c, UNSEEN, sizeof UNSEEN / sizeof *UNSEEN) ? NOTHING : separator_of(c);
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

/* Adds a word's digits to the group. @param before  the symbol before the word; 0: none @return whether the group goes on after it */
static bool add_word(struct lint_number_group *g, const uint8_t *p, size_t n, uint8_t before)
{
	size_t start = 0, end;

	while (start < n && !is_digit(p[start])) {
		start++;
	}
	for (end = start; end < n && is_digit(p[end]); end++) {
	}
	if (end > start) {
		g->chunks[g->n++] = (struct lint_number_chunk){p + start, end - start,
							       start ? p[start - 1] : before};
	}
	g->x = end < n && p[end] == 'X';
	return end == n && g->n < LINT_NUMBER_CHUNKS;
}

/* Most texts have fewer digits than the shortest of these numbers: they need not be searched. */
static bool digits_enough(const uint8_t *p, const uint8_t *end)
{
	unsigned digits = 0;

	for (; p < end; p++) {
		digits += is_digit(*p);
	}
	return digits >= LINT_NUMBER_LEAST;
}

static const char *judge_line(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *line = p;
	struct lint_number_group g = {.n = 0};
	const char *what = NULL;

	if (!digits_enough(p, end)) {
		return NULL;
	}
	while (p < end && !what) {
		bool mixed = false, goes_on = is_separator(*p);
		size_t n = 1;

		if (is_word(*p)) {
			n = word_at(p, end, &mixed);
			if (!mixed && !is_digit(*p)) {
				what = lint_number_find(&g); /* letters end what came before them */
				g.n = 0;
			}
			goes_on = !mixed && add_word(&g, p, n, p > line ? p[-1] : 0);
		} else if (goes_on && g.n && p + 1 < end && p[1] == 'X' &&
			   (p + 2 == end || !is_word(p[2]))) {
			g.x = true;
			goes_on = false;
		}
		if (!goes_on && !what) {
			what = lint_number_find(&g);
			g = (struct lint_number_group){.n = 0};
		}
		p += n;
	}
	return what ? what : lint_number_find(&g);
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

/* An invisible character may be inside a number, or be all that separates two. */
const char *lint_text(struct span text)
{
	bool unseen = false;
	const char *what = look(text, NOTHING, &unseen);

	return what || !unseen ? what : look(text, '-', &unseen);
}
