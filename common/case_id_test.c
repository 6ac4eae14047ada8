/* case_id_test.c: a case's id follows from its report alone, and reads back. */
#include "tests/support/cmocka_all.h"

#include "common/base32.h"
#include "common/case_id.h"
#include "common/civil.h"

static struct case_id of(const char *place, const char *time, const char *source, const char *id)
{
	int64_t at = 0;

	assert_true(civil_parse(span_cstr(time), &at));
	return case_id_of_report(span_cstr(place), at, span_cstr(source), span_cstr(id));
}

static void text_of(struct case_id id, char *ret_text)
{
	case_id_format(&id, ret_text);
}

/* The id begins with county and date, and the text form reads back to the same bytes. */
static void test_round_trip(void **state)
{
	char text[CASE_ID_TEXT_BYTES + 1], county[7];
	struct case_id back, id = of("530102001001", "2023-01-19T09:00:00+08:00", "/s", "1");

	(void)state;
	text_of(id, text);
	assert_memory_equal(text, "530102-20230119-", 16);
	assert_true(case_id_parse(span_cstr(text), &back));
	assert_memory_equal(back.key, id.key, sizeof id.key);
	case_id_county(&id, county);
	assert_string_equal(county, "530102");
}

/* Another id, source, county or date is another case; the split between source and id counts. */
static void test_distinct(void **state)
{
	struct case_id ids[] = {
		of("530102", "2023-01-19T09:00:00+08:00", "/s", "1"),
		of("530102", "2023-01-19T09:00:00+08:00", "/s", "2"),
		of("530102", "2023-01-19T09:00:00+08:00", "/s2", "1"),
		of("530103", "2023-01-19T09:00:00+08:00", "/s", "1"),
		of("530102", "2023-01-20T09:00:00+08:00", "/s", "1"),
		of("530102", "2023-01-19T09:00:00+08:00", "/", "s1"),
	};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		for (size_t j = 0; j < i; j++) {
			assert_memory_not_equal(ids[i].key, ids[j].key, CASE_ID_KEY_BYTES);
		}
	}
	struct case_id again = of("530102009", "2023-01-18T17:00:00Z", "/s", "1");

	assert_memory_equal(again.key, ids[0].key, CASE_ID_KEY_BYTES);
}

/* What is not an id is refused: length, digits, date, alphabet. */
static void test_bad(void **state)
{
	static const char *const bad[] = {
		"",
		"530102-20230119-7K3M9QXA2B4",
		"53010x-20230119-7K3M9QXA2B4C",
		"530102-20230229-7K3M9QXA2B4C",
		"530102-20230119-7K3M9QXA2B4U",
		"530102_20230119-7K3M9QXA2B4C",
		"530102-35780101-7K3M9QXA2B4C",
	};
	struct case_id id;
	int64_t at;

	(void)state;
	assert_true(case_id_parse(SPAN("530102-20230119-7K3M9QXA2B4C"), &id));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_false(case_id_parse(span_cstr(bad[i]), &id));
	}
	assert_true(case_id_parse(SPAN("530102-35771231-7K3M9QXA2B4C"), &id));
	assert_true(civil_parse(SPAN("3577-12-31T23:59:59+08:00"), &at) && case_id_holds(at));
	assert_true(civil_parse(SPAN("3577-12-31T16:00:00Z"), &at) && !case_id_holds(at));
}

/* A receipt code depends on the case and on the secret, and shows nothing of the id. */
static void test_receipt(void **state)
{
	const uint8_t secret[32] = {1}, other[32] = {2};
	char a[CASE_ID_RECEIPT_BYTES + 1], b[CASE_ID_RECEIPT_BYTES + 1];
	struct case_id id = of("530102", "2023-01-19T09:00:00+08:00", "/s", "1");
	uint64_t value;

	(void)state;
	case_id_receipt(&id, secret, a);
	case_id_receipt(&id, other, b);
	assert_true(base32_parse(span_cstr(a), &value));
	assert_string_not_equal(a, b);
}

/* Twelve characters hold 60 bits; readers take lower case, and I, L, O for 1, 1, 0. */
static void test_base32(void **state)
{
	char text[13] = {0};
	uint64_t value;

	(void)state;
	base32_format((UINT64_C(1) << 60) - 1, text);
	assert_string_equal(text, "ZZZZZZZZZZZZ");
	assert_true(base32_parse(SPAN("oil000000000"), &value));
	base32_format(value, text);
	assert_string_equal(text, "011000000000");
	assert_false(base32_parse(SPAN("0000000000000"), &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_distinct),
		cmocka_unit_test(test_bad),        cmocka_unit_test(test_receipt),
		cmocka_unit_test(test_base32),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
