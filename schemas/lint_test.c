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
	{"1381-234-5678", "a mobile number"},
	{"1381 234 5678", "a mobile number"},
	{"1381.234.5678", NULL},
	/* Landlines: area codes of two and of three digits after the trunk's 0, own numbers of seven and of eight. */
	{"0871-63112345", "a landline number"},
	{"0871-63112345转802", "a landline number"},
	{"0871-63112345-802", "a landline number"},
	{"(010)62345678", "a landline number"},
	{"（０１０）６２３４５６７８", "a landline number"},
	{"(0871)6311 2345", "a landline number"},
	{"联系电话：0871 6311 2345。", "a landline number"},
	{"区号0871，电话63112345", NULL}, /* too far apart: it might be anything */
	{"区号0871 63112345", "a landline number"},
	{"087163112345", "a landline number"},
	{"请拨打087163112345咨询", "a landline number"},
	{"01062345678", "a landline number"},
	{"0878-3123456", "a landline number"},
	{"0878 312-3456", "a landline number"},
	{"08783123456", "a landline number"},
	{"020 8765 4321", "a landline number"},
	{"tel0871-63112345", "a landline number"},
	{"0871—63112345", "a landline number"},
	{"0 871 63112345", "a landline number"},
	{"0 8 7 1 6 3 1 1 2 3 4 5", "a landline number"},
	{"+86 871 63112345", "a landline number"},
	{"+86-10-62345678", "a landline number"},
	{"+86 (0)871 6311 2345", "a landline number"},
	{"+86-0871-63112345", "a landline number"},
	{"020-20512345", "a landline number"},
	{"0086-871-63112345", "a landline number"},
	{"+8687163112345", "a landline number"},
	{"3号楼 0871-63112345 2单元", "a landline number"},
	{"12345 0871-63112345", "a landline number"},
	{"0871-63\u200b112345", "a landline number"},
	{"0871\u200b63112345", "a landline number"},
	/* Of 15 digits, whose birth date has a year that no township has for a number. */
	{"身份证110105791231002", "an identity number"},
	{"530102681107003", "an identity number"},
	{"530102 681107 003", "an identity number"},
	{"530102-681107-003", "an identity number"},
	{"530102,681107,003", NULL},
	{"530102 68 1107003", NULL},
	{"530102681307003", NULL}, /* no month has the number 13 */
	{"530102681132003", NULL},
	{"530102598107003", NULL},
	{"530102591107003", NULL}, /* a grid could have this code: passed over */
	{"160102681107003", NULL}, /* no province has the number 16 */
	/* Passed over, as docs/DECISIONS.md says. */
	{"一三八一二三四五六七八", NULL},
	{"①③⑧①②③④⑤⑥⑦⑧", NULL},
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
	"010-12345678", /* no number at home begins with 1 */
	"0871-12345",
	"0871-96128",
	"63112345",
	"026-63112345", /* no city has this area code */
	"0600-63112345",
	"087-63112345",
	"0871-631123",
	"0871-631123456",
	"010-6234567",
	"0871.63112345",
	"0871,63112345",
	"0312、2033、4055室",
	"0871-20240115", /* a day, such as an office's running number has */
	"0371 2024-0715",
	"0371-20240087",
	"053020240087",
	"011-62345678",
	"010-6234567 12",
	"0871-93112345",  /* services, not numbers at home */
	"871-63112345 1", /* no trunk's 0: any number */
	"87163112345",
	"10-62345678-1",
	"合同2023-0312-4567891",
	"NO087163112345",
	"053001900111", /* the code of an invoice */
	"0830-1200,1430-1700",
	"06-30 2024-07-15",
	"云政发〔2024〕12号",
	"昆政办发〔2023〕0871号",
	"2024-07-15",
	"2024-07-15至2024-08-15",
	"2024/07/15 08:30-12:00",
	"20240715083000",
	"1500-200-100",
	"G5601",
	"GB/T 34300-2017、GB/T 33200—2016",
	"DB6101/T 3185-2024",
	"400-800-1234",
	"12345、12389、110、119、120",
	"110/119/120/122",
	"12345热线 110 119",
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
	/* Case ids, receipts, places, amounts, dates, documents, hotlines, addresses and positions pass. */
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

/* Every grid that a code can have, of every kind of township, is none of the old identity numbers. */
static void leaves_grids_alone(void **state)
{
	char text[16];

	(void)state;
	for (unsigned township = 1; township < 600; township++) {
		for (unsigned village = 1; village < 1000; village += 7) {
			snprintf(text, sizeof text, "530102%03u%03u%03u", township, village,
				 (township + village) % 1000);
			if (lint_text(span_cstr(text))) {
				fail_msg("%s", text);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_personal_numbers),
		cmocka_unit_test(leaves_innocents_alone),
		cmocka_unit_test(finds_them_anywhere),
		cmocka_unit_test(leaves_our_own_ids_alone),
		cmocka_unit_test(leaves_grids_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
