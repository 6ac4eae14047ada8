/* base32.c: 60 bits as twelve letters and digits of Crockford's alphabet. */
#include "common/base32.h"

static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void base32_format(uint64_t value, char *ret_text)
{
	for (int i = BASE32_TEXT_BYTES - 1; i >= 0; i--, value >>= 5) {
		ret_text[i] = ALPHABET[value & 31];
	}
}

static int digit_of(uint8_t c)
{
	char upper = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);

	if (upper == 'O') {
		return 0;
	}
	if (upper == 'I' || upper == 'L') {
		return 1;
	}
	const char *at = upper ? strchr(ALPHABET, upper) : NULL;

	return at ? (int)(at - ALPHABET) : -1;
}

bool base32_parse(struct span text, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (text.n != BASE32_TEXT_BYTES) {
		return false;
	}
	for (size_t i = 0; i < text.n; i++) {
		int digit = digit_of(text.p[i]);

		if (digit < 0) {
			return false;
		}
		value = value << 5 | (uint64_t)digit;
	}
	*ret_value = value;
	return true;
}
