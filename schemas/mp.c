/* mp.c: a bounded walk over MessagePack bytes from outside. */
#include "schemas/mp.h"

#include "common/limits.h"

static uint64_t big_endian(const uint8_t *p, unsigned n)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < n; i++) {
		value = value << 8 | p[i];
	}
	return value;
}

/* A length or count of n bytes after the head byte; at stays on the head byte if they are missing. */
static bool take_head(struct mp *mp, unsigned n, uint32_t *ret_value)
{
	if (mp_left(mp) < 1 + n) {
		return false;
	}
	*ret_value = (uint32_t)big_endian(mp->at + 1, n);
	mp->at += 1 + n;
	return true;
}

static bool take_run(struct mp *mp, const uint8_t *start, uint32_t n, struct span *ret_run)
{
	if (mp_left(mp) < n) {
		mp->at = start;
		return false;
	}
	*ret_run = span_of(mp->at, n);
	mp->at += n;
	return true;
}

/* The head of an array or map: `wide` is the head byte of its form with a 16-bit count; that with 32 bits is the next. */
static bool take_count(
	struct mp *mp, uint8_t fixed, uint8_t wide, unsigned each, uint32_t *ret_count)
{
	const uint8_t *start = mp->at;
	uint32_t count = 0;
	bool ok;

	if (!mp_left(mp)) {
		return false;
	}
	if ((*start & 0xf0) == fixed) {
		count = *start & 0x0f;
		mp->at++;
		ok = true;
	} else {
		ok = (*start == wide && take_head(mp, 2, &count)) ||
		     (*start == wide + 1 && take_head(mp, 4, &count));
	}
	if (!ok || count > mp_left(mp) / each) {
		mp->at = start;
		return false;
	}
	*ret_count = count;
	return true;
}

bool mp_map(struct mp *mp, uint32_t *ret_count)
{
	return take_count(mp, 0x80, 0xde, 2, ret_count);
}

bool mp_array(struct mp *mp, uint32_t *ret_count)
{
	return take_count(mp, 0x90, 0xdc, 1, ret_count);
}

bool mp_text(struct mp *mp, struct span *ret_text)
{
	const uint8_t *start = mp->at;
	uint32_t n = 0;

	if (!mp_left(mp)) {
		return false;
	}
	if ((*start & 0xe0) == 0xa0) {
		n = *start & 0x1f;
		mp->at++;
	} else if (*start < 0xd9 || *start > 0xdb || !take_head(mp, 1u << (*start - 0xd9), &n)) {
		return false;
	}
	return take_run(mp, start, n, ret_text);
}

bool mp_bytes(struct mp *mp, struct span *ret_bytes)
{
	const uint8_t *start = mp->at;
	uint32_t n = 0;

	if (!mp_left(mp) || *start < 0xc4 || *start > 0xc6 ||
	    !take_head(mp, 1u << (*start - 0xc4), &n)) {
		return false;
	}
	return take_run(mp, start, n, ret_bytes);
}

bool mp_int(struct mp *mp, struct mp_int *ret_value)
{
	if (!mp_left(mp)) {
		return false;
	}
	uint8_t head = *mp->at;

	if (head < 0x80 || head >= 0xe0) {
		*ret_value = (struct mp_int){(uint64_t)(int64_t)(int8_t)head, head >= 0xe0};
		mp->at++;
		return true;
	}
	if (head < 0xcc || head > 0xd3) {
		return false;
	}
	unsigned n = 1u << ((head - 0xcc) & 3);

	if (mp_left(mp) < 1 + n) {
		return false;
	}
	uint64_t bits = big_endian(mp->at + 1, n);
	bool negative = head >= 0xd0 && (mp->at[1] & 0x80);

	if (negative && n < 8) {
		bits |= ~UINT64_C(0) << (8 * n);
	}
	*ret_value = (struct mp_int){bits, negative};
	mp->at += 1 + n;
	return true;
}

bool mp_bool(struct mp *mp, bool *ret_value)
{
	if (!mp_left(mp) || (*mp->at & 0xfe) != 0xc2) {
		return false;
	}
	*ret_value = *mp->at++ == 0xc3;
	return true;
}

static bool step(struct mp *mp, size_t n)
{
	if (mp_left(mp) < n) {
		return false;
	}
	mp->at += n;
	return true;
}

/* What never stands in the log: nil, floats, extension types. */
static bool skip_foreign(struct mp *mp)
{
	uint8_t head = *mp->at;
	uint32_t n = 0;

	if (head == 0xc0) {
		return step(mp, 1);
	}
	if (head == 0xca || head == 0xcb) {
		return step(mp, head == 0xca ? 5 : 9);
	}
	if (head >= 0xd4 && head <= 0xd8) {
		return step(mp, 2 + ((size_t)1 << (head - 0xd4)));
	}
	return head >= 0xc7 && head <= 0xc9 && take_head(mp, 1u << (head - 0xc7), &n) &&
	       step(mp, (size_t)n + 1); /* its type comes first */
}

/* One value that holds no others. */
static bool skip_leaf(struct mp *mp, bool any)
{
	struct span run;
	struct mp_int number;
	bool truth;

	if (mp_text(mp, &run)) {
		return any || mp_utf8(run, NULL, NULL, NULL);
	}
	return mp_int(mp, &number) || mp_bytes(mp, &run) || mp_bool(mp, &truth) ||
	       (any && mp_left(mp) && skip_foreign(mp));
}

static bool skip_key(struct mp *mp, bool any)
{
	struct span key;

	return any ? skip_leaf(mp, true) : mp_text(mp, &key) && mp_utf8(key, NULL, NULL, NULL);
}

static bool skip(struct mp *mp, unsigned depth, bool any)
{
	struct {
		uint32_t left;
		bool map;
	} open[LIMIT_DEPTH + 1] = {{1, false}};
	unsigned level = 0;

	while (open[0].left || level) {
		uint32_t count;
		bool map;

		if (!open[level].left) {
			level--;
			continue;
		}
		open[level].left--;
		if (open[level].map && !skip_key(mp, any)) {
			return false;
		}
		map = mp_map(mp, &count);
		if (!map && !mp_array(mp, &count)) {
			if (!skip_leaf(mp, any)) {
				return false;
			}
			continue;
		}
		if (level >= depth || level >= LIMIT_DEPTH) {
			return false;
		}
		level++;
		open[level].left = count;
		open[level].map = map;
	}
	return true;
}

bool mp_skip(struct mp *mp, unsigned depth)
{
	return skip(mp, depth, false);
}

bool mp_skip_any(struct mp *mp, unsigned depth)
{
	return skip(mp, depth, true);
}

/* Bytes of the character at p, 0 if it is not UTF-8; n ≥ 1 are there. Well-formed ranges: Unicode 15, table 3-7. */
static unsigned utf8_bytes(const uint8_t *p, size_t n)
{
	if (p[0] < 0xc2 || p[0] > 0xf4) {
		return p[0] < 0x80;
	}
	unsigned bytes = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint8_t low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	uint8_t high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;

	if (n < bytes || p[1] < low || p[1] > high) {
		return 0;
	}
	for (unsigned i = 2; i < bytes; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	return bytes;
}

bool mp_utf8(struct span text, size_t *ret_chars, bool *ret_controls, bool *ret_breaks)
{
	size_t chars = 0;
	bool controls = false, breaks = false;

	for (size_t i = 0; i < text.n; chars++) {
		uint8_t c = text.p[i];

		if (c >= 0x20 && c < 0x7f) {
			i++;
			continue;
		}
		unsigned bytes = utf8_bytes(text.p + i, text.n - i);

		if (!bytes) {
			return false;
		}
		if (c == '\n' || c == '\r' || c == '\t') {
			breaks = true;
		} else if (bytes == 1 || (c == 0xc2 && text.p[i + 1] < 0xa0)) {
			controls = true;
		}
		i += bytes;
	}
	if (ret_chars) {
		*ret_chars = chars;
	}
	if (ret_controls) {
		*ret_controls = controls;
	}
	if (ret_breaks) {
		*ret_breaks = breaks;
	}
	return true;
}
