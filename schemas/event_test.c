/* event_test.c: the law of the tables: nothing in an event is about a person, and every table can be walked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "schemas/event.h"
#include "schemas/member.h"

/* Words that no open member's name may hold (P4: nothing that scores or lists a person; P8: no sensitive personal data). A word
 * counts between underscores, so that "scope" holds no "cop" and "rank" is found in "rank_of". */
static const char *const forbidden[] = {
	"name_of",   "person",   "citizen",   "resident",  "phone",     "mobile",   "identity",
	"idcard",    "passport", "birth",     "gender",    "sex",       "age",      "ethnic",
	"ethnicity", "nation",   "race",      "religion",  "faith",     "health",   "illness",
	"disease",   "disabled", "criminal",  "crime",     "sentence",  "party",    "political",
	"biometric", "face",     "finger",    "iris",      "dna",       "income",   "wage",
	"rank",      "rating",   "watch",     "watchlist", "blacklist", "profiled", "predict",
	"suspect",   "tag",      "label",     "dangerous", "trust",     "credit",   "worker",
	"reporter",  "address",  "statement",
};

/* @return the forbidden word in a name, or NULL */
static const char *forbidden_in(const char *name)
{
	for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
		const char *word = forbidden[i];

		for (const char *at = strstr(name, word); at; at = strstr(at + 1, word)) {
			char after = at[strlen(word)];

			if ((at == name || at[-1] == '_') && (after == '\0' || after == '_')) {
				return word;
			}
		}
	}
	return NULL;
}

static void check_table(const char *table, const struct field *fields, size_t count)
{
	for (const struct field *f = fields; f < fields + count; f++) {
		/* What names parties is sealed; all else may be read by anyone with the place. */
		if (f->kind != KIND_SEAL && forbidden_in(f->name)) {
			fail_msg("%s.%s is about a person (%s)", table, f->name,
				 forbidden_in(f->name));
		}
		if (f->kind == KIND_SEAL && f->need > NEED_OPTIONAL) {
			fail_msg("%s.%s: only senders give sealed members", table, f->name);
		}
		if ((f->kind == KIND_TEXT || f->kind == KIND_SEAL || f->kind == KIND_BYTES) &&
		    !f->bound) {
			fail_msg("%s.%s has no bound", table, f->name);
		}
		if (f->name_len >= 32) {
			fail_msg("%s.%s: the encoder writes the head of a shorter name", table,
				 f->name);
		}
		if (f->kind == KIND_ENUM && !codes_list(member_codes(f))) {
			fail_msg("%s.%s has no list of codes", table, f->name);
		}
		for (const struct field *g = fields; g < f; g++) {
			assert_string_not_equal(g->name, f->name);
		}
		assert_true(*f->help != '\0');
	}
}

static void tables_are_about_cases_not_persons(void **state)
{
	/* No open member of any table is named after a person's trait; every member is bounded and explained (domain P4, P8). */
	size_t count;
	const struct field *env = event_envelope_fields(&count);

	(void)state;
	check_table("envelope", env, count);
	for (unsigned type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		const struct schema *schema = event_schema((enum event_type)type);

		check_table(schema->name, schema->fields, schema->field_count);
	}
}

static void keys_are_not_persons(void **state)
{
	/* What events are keyed and owned by are places, units and cases (domain P1). */
	static const struct {
		const char *name;
		enum kind kind;
	} keys[] = {{"place", KIND_PLACE}, {"unit", KIND_UNIT}, {"owner", KIND_UNIT}};
	size_t count;
	const struct field *env = event_envelope_fields(&count);

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const struct field *f = member_named(env, count, span_cstr(keys[i].name));

		assert_non_null(f);
		assert_int_equal(f->kind, keys[i].kind);
	}
}

static void any_topic_takes_three_actions(void **state)
{
	/* What every register's decider takes is about its clock; all else of any topic is written by deciders alone. */
	(void)state;
	for (unsigned type = EVENT_NONE + 1; type < EVENT_TYPE_COUNT; type++) {
		const struct schema *schema = event_schema((enum event_type)type);

		if (schema->topic == TOPIC_ANY) {
			assert_int_equal(schema->posted, type == EVENT_clock_advanced ||
								 type == EVENT_clock_confirmed ||
								 type == EVENT_went_live);
		}
	}
}

static void the_lint_finds_planted_names(void **state)
{
	/* A planted member is found; words that merely hold one are not. */
	(void)state;
	assert_non_null(forbidden_in("reporter"));
	assert_non_null(forbidden_in("home_address"));
	assert_non_null(forbidden_in("person_id"));
	assert_null(forbidden_in("page"));
	assert_null(forbidden_in("stage"));
	assert_null(forbidden_in("third_partys"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_about_cases_not_persons),
		cmocka_unit_test(keys_are_not_persons),
		cmocka_unit_test(any_topic_takes_three_actions),
		cmocka_unit_test(the_lint_finds_planted_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
