/* member_test.c: the rules of each kind, at and just past their edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schemas/member.h"

static const struct {
	struct field field;
	const char *value;
	bool fits, fits_posted;
} texts[] = {
	{{.kind = KIND_CODE, .bound = 3}, "a~!", true, true},
	{{.kind = KIND_CODE, .bound = 3}, "abcd", false, false},
	{{.kind = KIND_CODE, .bound = 3}, "a b", false, false},
	{{.kind = KIND_CODE, .bound = 3}, "é", false, false},
	{{.kind = KIND_CODE}, "", false, false},
	{{.kind = KIND_TEXT, .bound = 2, .need = NEED_REQUIRED}, "楼道", true, true},
	{{.kind = KIND_TEXT, .bound = 2, .need = NEED_REQUIRED}, "楼道堆", false, false},
	{{.kind = KIND_TEXT, .bound = 2, .need = NEED_REQUIRED}, "", true, false},
	{{.kind = KIND_TEXT, .bound = 2, .need = NEED_OPTIONAL}, "", true, true},
	{{.kind = KIND_TEXT, .bound = 9}, "a\tb", false, false},
	{{.kind = KIND_TEXT, .bound = 9}, "a\x7f", false, false},
	{{.kind = KIND_TEXT, .bound = 9}, "\xc2\x85", false, false},
	{{.kind = KIND_TEXT, .bound = 9}, "\xc0\x80", false, false},
	{{.kind = KIND_TEXT, .bound = 9}, "\xf4\x90\x80\x80", false, false},
	{{.kind = KIND_TEXT, .bound = 9}, "\xf0\x9f\x98\x80", true, true},
	{{.kind = KIND_TEXT, .bound = 9}, "\xe6\xa5", false, false},
	{{.kind = KIND_SEAL, .bound = 1}, "\n", true, true},
	{{.kind = KIND_SEAL, .bound = 1}, "ab", true, false},
	{{.kind = KIND_SEAL, .bound = 1}, "\xff", true, false},
	{{.kind = KIND_SEAL, .bound = 1, .need = NEED_OPTIONAL}, "", false, true},
	{{.kind = KIND_SEAL, .bound = 0},
	 "0123456789012345678901234567890123456789012345678901234567890123x",
	 false,
	 true},
	{{.kind = KIND_BYTES, .bound = 2}, "ab", true, true},
	{{.kind = KIND_BYTES, .bound = 2}, "a", false, false},
	{{.kind = KIND_HASH}, "01234567890123456789012345678901", true, true},
	{{.kind = KIND_HASH}, "0123456789012345678901234567890", false, false},
	{{.kind = KIND_PLACE}, "530102", true, true},
	{{.kind = KIND_PLACE}, "53010", false, false},
	{{.kind = KIND_UNIT}, "centre:530102001001", true, true},
	{{.kind = KIND_UNIT}, "centre:530102001001001", false, false},
	{{.kind = KIND_UNIT}, "grid:530102001001001", true, true},
	{{.kind = KIND_UNIT}, "grid:530102", false, false},
	{{.kind = KIND_UNIT}, "grid:", false, false},
	{{.kind = KIND_UNIT}, "km.police-7_a", true, true},
	{{.kind = KIND_UNIT}, "-km", false, false},
	{{.kind = KIND_UNIT}, "unit:km", false, false},
	{{.kind = KIND_UNIT}, "", false, false},
	{{.kind = KIND_UNIT}, "a0123456789012345678901234567890123456789", false, false},
	{{.kind = KIND_CASE}, "530102-20230119-7K3M9QXA2B4C", true, true},
	{{.kind = KIND_CASE}, "530102-20230230-7K3M9QXA2B4C", false, false},
	{{.kind = KIND_TYPE}, "MD02", true, true},
	{{.kind = KIND_TYPE}, "ZZ01", true, false}, /* a newer writer's */
	{{.kind = KIND_TYPE}, "MD", false, false},
	{{.kind = KIND_TYPE}, "md02", false, false},
	{{.kind = KIND_INT}, "1", false, false},
};

static void texts_fit_their_kinds(void **state)
{
	/* Each value fits its kind in a record, and when posted, as the list says; a refusal has a reason. */
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct span value = span_cstr(texts[i].value);

		if ((member_check(&texts[i].field, value, false) == NULL) != texts[i].fits ||
		    (member_check(&texts[i].field, value, true) == NULL) != texts[i].fits_posted) {
			fail_msg("row %zu: %s", i, texts[i].value);
		}
	}
}

static const struct {
	struct field field;
	struct mp_int value;
	bool fits;
} numbers[] = {
	{{.kind = KIND_UINT, .bound = 7}, {7, false}, true},
	{{.kind = KIND_UINT, .bound = 7}, {8, false}, false},
	{{.kind = KIND_UINT}, {UINT64_MAX, false}, true},
	{{.kind = KIND_UINT}, {UINT64_MAX, true}, false},
	{{.kind = KIND_INT, .bound = 7}, {(uint64_t)-7, true}, true},
	{{.kind = KIND_INT, .bound = 7}, {(uint64_t)-8, true}, false},
	{{.kind = KIND_INT}, {UINT64_MAX, false}, false},
	{{.kind = KIND_INT}, {UINT64_C(1) << 63, true}, true},
	{{.kind = KIND_INT, .bound = 7}, {UINT64_C(1) << 63, true}, false},
	{{.kind = KIND_TIME}, {(uint64_t)INT64_C(-2208988800000000), true}, true},
	{{.kind = KIND_TIME}, {(uint64_t)INT64_C(-2208988800000001), true}, false},
	{{.kind = KIND_TIME}, {UINT64_C(253402271999999999), false}, true},
	{{.kind = KIND_TIME}, {UINT64_C(253402272000000000), false}, false},
	{{.kind = KIND_DAY}, {20240229, false}, true},
	{{.kind = KIND_DAY}, {20230229, false}, false},
	{{.kind = KIND_DAY}, {UINT64_C(0x100000000) + 20240229, false}, false},
	{{.kind = KIND_CODE}, {1, false}, false},
};

static void numbers_fit_their_kinds(void **state)
{
	/* Each number fits its kind as the list says. */
	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if ((member_check_int(&numbers[i].field, numbers[i].value) == NULL) !=
		    numbers[i].fits) {
			fail_msg("row %zu", i);
		}
	}
}

static void numbers_of_any_width_are_read(void **state)
{
	/* Every MessagePack form of a whole number is read to the same value, and each truncation refused. */
	static const struct {
		const char *bytes;
		size_t n;
		int64_t value;
	} rows[] = {
		{"\x07", 1, 7},
		{"\xcc\x07", 2, 7},
		{"\xcd\x00\x07", 3, 7},
		{"\xce\x00\x00\x00\x07", 5, 7},
		{"\xcf\x00\x00\x00\x00\x00\x00\x00\x07", 9, 7},
		{"\xd0\x07", 2, 7},
		{"\xf9", 1, -7},
		{"\xd0\xf9", 2, -7},
		{"\xd1\xff\xf9", 3, -7},
		{"\xd2\xff\xff\xff\xf9", 5, -7},
		{"\xd3\xff\xff\xff\xff\xff\xff\xff\xf9", 9, -7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mp mp = mp_over(span_of(rows[i].bytes, rows[i].n));
		struct mp_int value;

		assert_true(mp_int(&mp, &value));
		assert_int_equal((int64_t)value.bits, rows[i].value);
		assert_int_equal(value.negative, rows[i].value < 0);
		assert_int_equal(mp_left(&mp), 0);
		for (size_t n = 0; n < rows[i].n; n++) {
			mp = mp_over(span_of(rows[i].bytes, n));
			assert_false(mp_int(&mp, &value));
			assert_int_equal(mp_left(&mp), n);
		}
	}
}

static void skips_only_what_the_log_may_hold(void **state)
{
	/* Nested values are stepped over whole up to the depth; floats, nil, extensions and other keys than text are refused. */
	static const struct {
		const char *bytes;
		size_t n;
		unsigned depth;
		bool whole;
	} rows[] = {
		{"\x82\xa1x\x92\x01\xc3\xa1y\xc4\x01z", 11, 2, true},
		{"\x82\xa1x\x92\x01\xc3\xa1y\xc4\x01z", 11, 1, false},
		{"\x90", 1, 1, true},
		{"\x90", 1, 0, false},
		{"\xdc\x00\x01\x05", 4, 1, true},
		{"\xde\x00\x01\xa0\x05", 5, 1, true},
		{"\xd9\x01"
		 "a",
		 3, 0, true},
		{"\xda\x00\x01"
		 "a",
		 4, 0, true},
		{"\xdb\x00\x00\x00\x01"
		 "a",
		 6, 0, true},
		{"\xc5\x00\x01"
		 "a",
		 4, 0, true},
		{"\xdb\xff\xff\xff\xff", 5, 0, false},
		{"\x81\x01\x02", 3, 1, false},
		{"\xca\x00\x00\x00\x00", 5, 1, false},
		{"\xc0", 1, 1, false},
		{"\xd4\x00\x00", 3, 1, false},
		{"\xa1\xff", 2, 1, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mp mp = mp_over(span_of(rows[i].bytes, rows[i].n));

		if ((mp_skip(&mp, rows[i].depth) && mp_left(&mp) == 0) != rows[i].whole) {
			fail_msg("row %zu", i);
		}
	}
}

/* A batch's events are told apart before they are read: values of every kind are stepped over whole, never past the end. */
static void skips_values_of_any_kind(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} rows[] = {
		{"\xc0", 1},
		{"\xca\x00\x00\x00\x00", 5},
		{"\xcb\x00\x00\x00\x00\x00\x00\x00\x00", 9},
		{"\xd4\x00\x00", 3},
		{"\xd8\x00"
		 "0123456789abcdef",
		 18},
		{"\xc7\x01\x05x", 4},
		{"\xc8\x00\x02\x05xy", 6},
		{"\xc9\x00\x00\x00\x00\x05", 6},
		{"\xa1\xff", 2},
		{"\x81\x01\x02", 3},
		{"\x81\xc0\xc0", 3},
		{"\x92\xc3\x91\xc0", 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (size_t n = 0; n <= rows[i].n; n++) {
			struct mp mp = mp_over(span_of(rows[i].bytes, n));
			bool whole = mp_skip_any(&mp, 2) && mp_left(&mp) == 0;

			if (whole != (n == rows[i].n)) {
				fail_msg("row %zu cut at %zu", i, n);
			}
		}
	}
	struct mp deep = mp_over(SPAN("\x91\x91\x90")),
		  huge = mp_over(SPAN("\xc9\xff\xff\xff\xff\x05")), never = mp_over(SPAN("\xc1"));

	assert_false(mp_skip_any(&deep, 2));
	assert_false(mp_skip_any(&huge, 2));
	assert_false(mp_skip_any(&never, 2));
}

/* A name that no table knows is said where it looks like one, and not where it may be a person's name or number. */
static void unknown_names_are_said_with_care(void **state)
{
	static const char *const said[] = {"titel", "typeCode", "reporter_2", "x"};
	static const char *const unsaid[] = {"",
					     "张三",
					     "13887654321",
					     "p13887654321",
					     "a b",
					     "a\n",
					     "a.b",
					     "a0123456789012345678901234567890123456789",
					     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

	(void)state;
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
		assert_true(span_eq(member_unknown_name(span_cstr(said[i])), span_cstr(said[i])));
	}
	for (size_t i = 0; i < sizeof unsaid / sizeof unsaid[0]; i++) {
		assert_true(span_eq(member_unknown_name(span_cstr(unsaid[i])), SPAN("?")));
	}
	assert_true(span_eq(member_unknown_name(SPAN("id\0")), SPAN("?")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_fit_their_kinds),
		cmocka_unit_test(numbers_fit_their_kinds),
		cmocka_unit_test(numbers_of_any_width_are_read),
		cmocka_unit_test(skips_only_what_the_log_may_hold),
		cmocka_unit_test(skips_values_of_any_kind),
		cmocka_unit_test(unknown_names_are_said_with_care),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
