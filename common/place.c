/* place.c: place codes of the national division code: parent = prefix, level by length (domain: place codes). */
#include "common/place.h"

static const uint8_t LEVEL_BYTES[PLACE_LEVELS + 1] = {0, 2, 4, 6, 9, 12, 15, 17};

int place_level(struct span code)
{
	for (int level = 1; level <= PLACE_LEVELS; level++) {
		if (code.n == LEVEL_BYTES[level]) {
			return level;
		}
	}
	return 0;
}

bool place_valid(struct span code)
{
	for (size_t i = 0; i < code.n; i++) {
		if (code.p[i] < '0' || code.p[i] > '9') {
			return false;
		}
	}
	return place_level(code) > 0;
}

size_t place_bytes(int level)
{
	return level >= 1 && level <= PLACE_LEVELS ? LEVEL_BYTES[level] : 0;
}

struct span place_at_level(struct span code, int level)
{
	return span_first(code, place_bytes(level));
}

struct span place_parent(struct span code)
{
	int level = place_level(code);

	return level > 1 ? place_at_level(code, level - 1) : (struct span){0};
}

bool place_covers(struct span outer, struct span inner)
{
	return outer.n && span_starts(inner, outer);
}

bool place_in_range(struct span code)
{
	int level = place_level(code), number = 0;

	if (level < 4 || level > 6) {
		return true;
	}
	for (size_t i = code.n - 3; i < code.n; i++) {
		number = number * 10 + code.p[i] - '0';
	}
	return level == 6 ? number != 0 && number != 800 : number >= 1 && number <= 599;
}

struct span place_common(struct span a, struct span b)
{
	for (int level = PLACE_LEVELS; level >= 1; level--) {
		struct span prefix = place_at_level(a, level);

		if (prefix.n == place_bytes(level) && span_starts(b, prefix)) {
			return prefix;
		}
	}
	return (struct span){0};
}

static bool ends_in_zeros(struct span code, size_t n)
{
	for (size_t i = code.n - n; i < code.n; i++) {
		if (code.p[i] != '0') {
			return false;
		}
	}
	return true;
}

/* No division has the number 0, so a level of zeros is one that the code does not have. Below the village codes are not padded. */
struct span place_normalise(struct span code)
{
	for (int level = place_level(code); level > 1 && level <= 5; level--) {
		if (!ends_in_zeros(code, LEVEL_BYTES[level] - LEVEL_BYTES[level - 1])) {
			break;
		}
		code = span_first(code, LEVEL_BYTES[level - 1]);
	}
	return code;
}

static const struct span CENTRE = {(const uint8_t *)"centre:", 7};
static const struct span GRID = {(const uint8_t *)"grid:", 5};

struct span place_normalise_unit(struct span unit)
{
	return span_starts(unit, CENTRE)
		       ? span_first(unit, CENTRE.n + place_normalise(span_of(unit.p + CENTRE.n,
									     unit.n - CENTRE.n))
							     .n)
		       : unit;
}

struct span place_of_unit(struct span unit)
{
	size_t n = span_starts(unit, CENTRE) ? CENTRE.n : span_starts(unit, GRID) ? GRID.n : 0;

	return n ? span_of(unit.p + n, unit.n - n) : (struct span){0};
}
