/* lint_test.c: personal numbers are found however they are written, and what merely looks like a number is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/case_id.h"
#include "schemas/lint.h"
#include "schemas/random_event.h"

static const struct {
	const char *text, *what;
} texts[] = {
	/* The identity numbers are the examples of GB 11643 and made up ones; the cards are card makers' test numbers. */
	{"身份证11010519491231002X的住户", "an identity number"},
	{"440524188001010014", "an identity number"},
	{"440524 18800101 0014", "an identity number"},
	{"11010519491231002x", "an identity number"},
	{"１１０１０５１９４９１２３１００２Ｘ", "an identity number"},
	{"id110105-19491231-002-X.", "an identity number"},
	{"请致电13800138000联系", "a mobile number"},
	{"138-0013-8000", "a mobile number"},
	{"１３８ ００１３ ８０００", "a mobile number"},
	{"+86 13800138000", "a mobile number"},
	{"1 3 8 0 0 1 3 8 0 0 0", "a mobile number"},
	{"tel13800138000", "a mobile number"},
	{"3号楼 13800138000 2单元", "a mobile number"},
	{"008613800138000", "a mobile number"},
	{"8613800138000", "a mobile number"},
	{"0086 138 0013 8000", "a mobile number"},
	{"86-138-00138000", "a mobile number"},
	{"138 00138000", "a mobile number"},
	{"1380013 8000", "a mobile number"},
	{"卡号6222 0212 3456 7890 128", "a bank card number"},
	{"卡号6222 0212 3456 7890 129", NULL}, /* the check digit is wrong */
	{"4111 1111 1111 1111", "a bank card number"},
	{"4111-1111-1111-1111。", "a bank card number"},
	{"5555555555554444", "a bank card number"},
	{"378282246310005", "a bank card number"},
	/* Not personal. */
	{"530102-20230119-7K3M9QXA2B4C", NULL},
	{"case 530102-20230119-123456789012 again", NULL},
	{"11010519491231002", NULL},
	{"110105194912310021", NULL},
	{"13 800138000", NULL}, /* nobody writes a phone number like this */
	{"0086 1380 0138000", NULL},
	{"008712380013800", NULL},
	{"532323101001", NULL},
	{"530102001001001", NULL},
	{"53010200100100101", NULL},
	{"2023-01-19T09:00:00", NULL},
	{"20230119093012345", NULL},
	{"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", NULL},
	{"12345热线第3号 2023年1月19日", NULL},
	{"0871-63112345", NULL},
	{"139.196.123.45", NULL},
	{"楼道堆物占用消防通道", NULL},
	{"", NULL},
};

static void finds_personal_numbers(void **state)
{
	/* Each text of the list is judged as the list says. */
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *what = lint_text(span_cstr(texts[i].text));

		if (what != texts[i].what &&
		    (!what || !texts[i].what || strcmp(what, texts[i].what) != 0)) {
			fail_msg("%s: %s", texts[i].text, what ? what : "nothing found");
		}
	}
}

static void finds_them_anywhere(void **state)
{
	/* However long the text and wherever the number stands, it is found. */
	char text[3000];

	(void)state;
	for (size_t at = 0; at < sizeof text - 11; at += 7) {
		memset(text, '.', sizeof text);
		memcpy(text + at, "13800138000", 11);
		assert_non_null(lint_text(span_of(text, sizeof text)));
	}
}

static void leaves_our_own_ids_alone(void **state)
{
	/* No case id, receipt or hexadecimal digest is taken for a person's number. */
	uint64_t seed = 1;
	char text[CASE_ID_TEXT_BYTES + 1], hex[65];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t id = random_event_splitmix(&seed);
		struct case_id case_id = case_id_of_report(SPAN("530102"), 1674090000000000,
							   SPAN("s"), span_of(&id, sizeof id));

		case_id_format(&case_id, text);
		assert_null(lint_text(span_cstr(text)));
		assert_null(lint_text(span_cstr(text + 16)));
		for (unsigned j = 0; j < 4; j++) {
			snprintf(hex + 16 * j, 17, "%016llx",
				 (unsigned long long)random_event_splitmix(&seed));
		}
		assert_null(lint_text(span_cstr(hex)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_personal_numbers),
		cmocka_unit_test(finds_them_anywhere),
		cmocka_unit_test(leaves_our_own_ids_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
