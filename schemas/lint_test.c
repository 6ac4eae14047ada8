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
	/* The trunk's 0, prefixes that stand with the first group, letters on both sides. */
	{"013812345678", "a mobile number"},
	{"0138-1234-5678", "a mobile number"},
	{"0 138 12345678", "a mobile number"},
	{"+86 (0)138 1234 5678", "a mobile number"},
	{"86013812345678", "a mobile number"},
	{"0086013812345678", "a mobile number"},
	{"+86138 1234 5678", "a mobile number"},
	{"a13812345678b", "a mobile number"},
	{"微信wx13812345678ok", "a mobile number"},
	{"id11010519491231002Xb", "an identity number"},
	{"card4111111111111111visa", "a bank card number"},
	/* What comes along with a copied number and is not seen: zero-width, direction marks, soft hyphens, keycaps. */
	{"138\u200b12345678", "a mobile number"},
	{"13812\u200b345\ufeff678", "a mobile number"},
	{"\u202d138 1234 5678\u202c", "a mobile number"},
	{"13812345678\u200b13812345679", "a mobile number"},
	{"138\u00ad1234\u00ad5678", "a mobile number"},
	{"1\ufe0f\u20e33\ufe0f\u20e38\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e37\ufe0f\u20e38\ufe0f\u20e3",
	 "a mobile number"},
	{"44052418800101\u200b0014", "an identity number"},
	{"4111\u20601111\u20601111\u20601111", "a bank card number"},
	/* Digits of other keyboards, other spaces and dashes. */
	{"١٣٨١٢٣٤٥٦٧٨", "a mobile number"},
	{"۱۳۸۱۲۳۴۵۶۷۸", "a mobile number"},
	{"138\u20091234\u202f5678", "a mobile number"},
	{"138\u22121234\u20135678", "a mobile number"},
	{"138\uff0d1234\uff0d5678", "a mobile number"},
	{"138--1234 - 5678", "a mobile number"},
	/* Passed over, as docs/DECISIONS.md says. */
	{"一三八一二三四五六七八", NULL},
	{"①③⑧①②③④⑤⑥⑦⑧", NULL},
	{"0871-63112345转802", NULL},
	{"13812345678ext2", NULL},
	{"13812345678一直无人接", "a mobile number"},
	{"1,3,8,0,0,1,3,8,0,0,0", "a mobile number"},
	{"138 123 45678", NULL},
	{"138****5678", NULL},
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

/* What people write that has many digits and is about no person. */
static const char *const innocents[] = {
	"530102-20230119-7K3M9QXA2B4C",
	"案件530102-20230119-123456789012与530102-20230120-138123456780合并",
	"回执GWZNBD668NY0",
	"回执7K3M9QXA2B4C,138123A45678",
	"530102000000",
	"53010200100000000",
	"网格532323101001001",
	"grid:532323101001001001",
	"place:53",
	"1,380,013,800.00元",
	"13,800,138,000元",
	"金额138,001,380.00",
	"¥1380013800.50",
	"共计１３，８００，１３８元",
	"2023-01-19 09:00:00至2023-12-31 18:00:00",
	"20230119 20231231",
	"2023年1月19日9时,2023年12月31日18时",
	"1674090000000000",
	"云政发〔2023〕15号、云发改〔2022〕1380号",
	"统一社会信用代码91530100MA6K12345X",
	"云A13812",
	"0871-63112345",
	"(0871)6311 2345",
	"010-12345678",
	"400-800-1234",
	"12345、12389、110、119、120",
	"192.168.138.100:8080",
	"139.196.123.45",
	"N25°02′38.5″ E102°43′12.1″",
	"102.7123456,25.0438912",
	"3栋2单元1801、1802、1803室",
	"K138+123至K139+456段",
	"高程1891.234m,面积13812.34㎡",
	"ISBN 978-7-111-12345-6",
	"EA123456789CN",
	"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	"d41d8cd98f00b204e9800998ecf8427e",
	"550e8400-e29b-41d4-a716-446655440000",
	"NYCC18501367",
	"midnight-2023-01-19T00:00:00.000000+08:00",
	"①②③④⑤⑥⑦⑧⑨⑩⑪⑫",
	"\u200b\u200b1\u200b2\u200b3",
};

static void leaves_innocents_alone(void **state)
{
	/* Case ids, receipts, places, amounts, dates, documents, landlines, addresses and positions pass. */
	(void)state;
	for (size_t i = 0; i < sizeof innocents / sizeof *innocents; i++) {
		const char *what = lint_text(span_cstr(innocents[i]));

		if (what) {
			fail_msg("%s: %s", innocents[i], what);
		}
	}
}

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
		cmocka_unit_test(leaves_innocents_alone),
		cmocka_unit_test(finds_them_anywhere),
		cmocka_unit_test(leaves_our_own_ids_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
