/* case_id.c: a case's id for life, and the citizen's receipt code. */
#include "common/case_id.h"

#include <sodium.h>

#include "common/base32.h"
#include "common/civil.h"
#include "common/limits.h"

/* What of yyyymmdd lies beyond. */
#define DATES_FROM 19000000u
enum { DATE_BYTES = 3 };

static void be_put(uint8_t *p, uint64_t value, int n)
{
	for (int i = n - 1; i >= 0; i--, value >>= 8) {
		p[i] = (uint8_t)value;
	}
}

static uint64_t be_get(const uint8_t *p, int n)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++) {
		value = value << 8 | p[i];
	}
	return value;
}

static bool digits(struct span text, size_t from, size_t n, uint32_t *ret_value)
{
	uint32_t value = 0;

	for (size_t i = from; i < from + n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9') {
			return false;
		}
		value = value * 10 + (text.p[i] - '0');
	}
	*ret_value = value;
	return true;
}

static void hash_add(crypto_generichash_state *state, struct span bytes)
{
	uint8_t length[4];

	be_put(length, bytes.n, 4);
	crypto_generichash_update(state, length, sizeof length);
	crypto_generichash_update(state, bytes.p, bytes.n);
}

static uint64_t hash_of(struct span source, struct span id)
{
	crypto_generichash_state state;
	uint8_t hash[16];

	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	hash_add(&state, source);
	hash_add(&state, id);
	crypto_generichash_final(&state, hash, sizeof hash);
	return be_get(hash, 8);
}

/* The pair that was hashed last on this thread: a report's id is asked for again on its way to the outcome. */
struct pair {
	uint8_t source[LIMIT_SOURCE_BYTES], id[LIMIT_ID_BYTES];
	size_t source_n, id_n;
	uint64_t hash;
};

static uint64_t pair_hash(struct span source, struct span id)
{
	static _Thread_local struct pair last;

	if (!source.n || source.n > sizeof last.source || !id.n || id.n > sizeof last.id) {
		return hash_of(source, id);
	}
	if (!span_eq(source, span_of(last.source, last.source_n)) ||
	    !span_eq(id, span_of(last.id, last.id_n))) {
		memcpy(last.source, source.p, source.n);
		memcpy(last.id, id.p, id.n);
		last.source_n = source.n;
		last.id_n = id.n;
		last.hash = hash_of(source, id);
	}
	return last.hash;
}

struct case_id case_id_of_report(struct span place,
				 int64_t time_us,
				 struct span source,
				 struct span id)
{
	uint32_t county = 0;
	struct case_id ret = {0};

	if (place.n >= 6) {
		(void)digits(place, 0, 6, &county);
	}
	be_put(ret.key, county, 3);
	be_put(ret.key + 3, civil_yyyymmdd(civil_day(time_us)) - DATES_FROM, DATE_BYTES);
	be_put(ret.key + 6, pair_hash(source, id) >> 4, 8);
	return ret;
}

static bool date_fits(uint32_t date)
{
	return date > DATES_FROM && date - DATES_FROM < 1u << 8 * DATE_BYTES;
}

bool case_id_holds(int64_t time_us)
{
	return date_fits(civil_yyyymmdd(civil_day(time_us)));
}

bool case_id_parse(struct span text, struct case_id *ret_id)
{
	uint32_t county, date;
	int32_t day;
	uint64_t hash;

	if (text.n != CASE_ID_TEXT_BYTES || text.p[6] != '-' || text.p[15] != '-' ||
	    !digits(text, 0, 6, &county) || !digits(text, 7, 8, &date) || !date_fits(date) ||
	    !civil_day_parse(date, &day) || !base32_parse(span_of(text.p + 16, 12), &hash)) {
		return false;
	}
	be_put(ret_id->key, county, 3);
	be_put(ret_id->key + 3, date - DATES_FROM, DATE_BYTES);
	be_put(ret_id->key + 6, hash, 8);
	return true;
}

/* Decimal digits with leading zeros. */
static void put_digits(char *p, uint32_t value, int n)
{
	for (int i = n - 1; i >= 0; i--, value /= 10) {
		p[i] = (char)('0' + value % 10);
	}
}

void case_id_format(const struct case_id *id, char ret_text[CASE_ID_TEXT_BYTES + 1])
{
	put_digits(ret_text, (uint32_t)be_get(id->key, 3), 6);
	ret_text[6] = '-';
	put_digits(ret_text + 7, (uint32_t)be_get(id->key + 3, DATE_BYTES) + DATES_FROM, 8);
	ret_text[15] = '-';
	base32_format(be_get(id->key + 6, 8), ret_text + 16);
	ret_text[CASE_ID_TEXT_BYTES] = 0;
}

void case_id_county(const struct case_id *id, char ret_county[7])
{
	put_digits(ret_county, (uint32_t)be_get(id->key, 3), 6);
	ret_county[6] = 0;
}

void case_id_receipt(const struct case_id *id,
		     const uint8_t secret[32],
		     char ret_code[CASE_ID_RECEIPT_BYTES + 1])
{
	uint8_t hash[16];

	crypto_generichash(hash, sizeof hash, id->key, sizeof id->key, secret, 32);
	base32_format(be_get(hash, 8) >> 4, ret_code);
	ret_code[CASE_ID_RECEIPT_BYTES] = 0;
}
