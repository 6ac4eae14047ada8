/* seal_test.c: what is sealed opens with its key at its place, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schemas/seal.h"

static const uint8_t secret[SEAL_KEY_BYTES] = {1, 2, 3}, other[SEAL_KEY_BYTES] = {1, 2, 4};
static const struct seal_key key = {1, secret};
static const struct seal_place place = {{(const uint8_t *)"a-1", 3}, 3};

static void opens_where_it_was_sealed(void **state)
{
	/* The text comes back; sealed twice it looks different, and holds no trace of the clear text. */
	struct arena arena = {0};
	struct span clear = SPAN("张三 13800138000"), first, second, back;

	(void)state;
	assert_int_equal(seal_close(&key, &place, clear, &arena, &first), ERR_OK);
	assert_int_equal(seal_close(&key, &place, clear, &arena, &second), ERR_OK);
	assert_int_equal(first.n, clear.n + SEAL_EXTRA_BYTES);
	assert_false(span_eq(first, second));
	assert_null(memmem(first.p, first.n, "138", 3));
	assert_int_equal(seal_open(&key, &place, first, &arena, &back), ERR_OK);
	assert_true(span_eq(back, clear));
	arena_done(&arena);
}

static void opens_nowhere_else(void **state)
{
	/* Another key, version, event or field, one altered bit, or a missing byte: it does not open. */
	struct arena arena = {0};
	struct span sealed, back;

	(void)state;
	assert_int_equal(seal_close(&key, &place, SPAN("xy"), &arena, &sealed), ERR_OK);
	assert_int_equal(seal_open(&(struct seal_key){1, other}, &place, sealed, &arena, &back),
			 ERR_INVALID);
	assert_int_equal(seal_open(&(struct seal_key){2, secret}, &place, sealed, &arena, &back),
			 ERR_ERASED);
	assert_int_equal(
		seal_close(&(struct seal_key){2, secret}, &place, SPAN("xy"), &arena, &sealed),
		ERR_OK);
	assert_int_equal(seal_open(&key, &place, sealed, &arena, &back), ERR_ABSENT);
	assert_int_equal(seal_close(&key, &place, SPAN("xy"), &arena, &sealed), ERR_OK);
	assert_int_equal(
		seal_open(&key, &(struct seal_place){SPAN("a-2"), 3}, sealed, &arena, &back),
		ERR_INVALID);
	assert_int_equal(
		seal_open(&key, &(struct seal_place){SPAN("a-1"), 4}, sealed, &arena, &back),
		ERR_INVALID);
	assert_int_equal(seal_open(&key, &place, span_first(sealed, sealed.n - 3), &arena, &back),
			 ERR_MALFORMED);
	for (size_t bit = 16; bit < sealed.n * 8; bit++) {
		struct span altered = arena_copy(&arena, sealed);

		((uint8_t *)(uintptr_t)altered.p)[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(seal_open(&key, &place, altered, &arena, &back), ERR_INVALID);
	}
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_where_it_was_sealed),
		cmocka_unit_test(opens_nowhere_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
