/* reference_register_model_test.c: random places and ends of places: the register's verdicts and what readers find are those of a plain model. */
#include "tests/support/reference_register_bed.h"

static uint64_t random_state = 4242;

static uint64_t random_below(uint64_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (random_state >> 33) % n;
}

static const char *const CODES[] = {"53", "5301", "5323", "530102", "532323", "532323001", "52"};

enum { CODES_N = 7 };

/* What a plain reader of the accepted events would remember of a place. */
struct remembered {
	int64_t from_us, ended_us;
	unsigned seq;
};

static bool lasts(const struct remembered *place, int64_t at_us)
{
	return place->seq && at_us >= place->from_us && at_us < place->ended_us;
}

/* Whether the place above is there then; a province has none above. */
static bool above_lasts(const struct remembered *model, struct span code, int64_t at_us)
{
	struct span above = place_parent(code);

	for (size_t i = 0; above.p && i < CODES_N; i++) {
		if (span_eq(span_cstr(CODES[i]), above)) {
			return lasts(&model[i], at_us);
		}
	}
	return true;
}

/* Registers a place, or ends it. @return whether the model wants that accepted */
static bool act(const struct remembered *model, size_t i, bool ends, int64_t from_us)
{
	bool ours = i + 1 < CODES_N; /* the last one is in another province */

	if (ends) {
		change(CODES[i], CODE_place_change_abolish, NULL);
		ev.data.place_changed.effective_from = from_us;
		return ours && model[i].seq && model[i].ended_us == INT64_MAX &&
		       from_us >= model[i].from_us;
	}
	place(CODES[i], "centre:53");
	ev.data.place_registered.effective_from = from_us;
	return ours && above_lasts(model, span_cstr(CODES[i]), from_us);
}

static void assert_readers_agree(const struct remembered *model)
{
	for (size_t i = 0; i < CODES_N; i++) {
		for (int64_t day = 0; day < 92; day++) {
			struct as_of as_of = {INT64_MAX, day * DAY};
			struct ref_place found = {.in_force = false};
			bool known = reference_place(ref, as_of, span_cstr(CODES[i]), &found);

			assert_int_equal(known && found.in_force, lasts(&model[i], day * DAY));
		}
	}
}

/* Random places and ends of places: the verdicts are those of a plain model, and readers find exactly what it remembers. */
static void test_against_model(void **state)
{
	(void)state;
	for (int bus = 0; bus < 50; bus++) {
		struct remembered model[CODES_N] = {{0}};

		for (int round = 0; round < 200; round++) {
			size_t i = random_below(CODES_N);
			bool ends = random_below(12) == 0;
			int64_t from_us = (int64_t)random_below(90) * DAY;

			/* Each is registered once, and the province stays, or nothing would happen any more. */
			if (ends ? i == 0 : model[i].seq > 0) {
				continue;
			}
			if (act(model, i, ends, from_us)) {
				assert_accepted();
				model[i].seq++;
				model[i].from_us = ends ? model[i].from_us : from_us;
				model[i].ended_us = ends ? from_us : INT64_MAX;
			} else {
				assert_non_null(post());
			}
		}
		assert_int_equal(model[0].seq, 1);
		assert_readers_agree(model);
		(void)tear_down(NULL);
		assert_int_equal(set_up(NULL), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_against_model, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
