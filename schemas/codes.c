/* codes.c: the closed lists of codes and the code book of case types. */
#include "schemas/codes.h"

#define TEXT(literal)                                           \
	{                                                       \
		(const uint8_t *)(literal), sizeof(literal) - 1 \
	}
#define OBJECT(code, zh, en) TEXT("{\"code\":\"" code "\",\"zh\":\"" zh "\",\"en\":\"" en "\"}")

#define CODES_BEGIN(list, help)        static const struct code list##_codes[] = {{"", "", "", {0}},
#define CODE(list, name, wire, zh, en) {wire, zh, en, OBJECT(wire, zh, en)},
#define CODES_END(list) \
	}               \
	;
#include "schemas/codes.def"
#undef CODES_BEGIN
#undef CODE
#undef CODES_END

static const struct code_list lists[] = {
	[CODES_NONE] = {0},
#define CODES_BEGIN(list, help) [CODES_##list] = {#list, help, list##_codes, CODE_##list##_COUNT},
#define CODE(list, name, wire, zh, en)
#define CODES_END(list)
#include "schemas/codes.def"
#undef CODES_BEGIN
#undef CODE
#undef CODES_END
};

static const struct case_type types[] = {
#define TYPE_FAMILY(code, zh, en)    {#code, zh, en, OBJECT(#code, zh, en)},
#define TYPE(family, number, zh, en) {#family #number, zh, en, OBJECT(#family #number, zh, en)},
#include "schemas/types.def"
#undef TYPE_FAMILY
#undef TYPE
};

enum { TYPE_COUNT = sizeof types / sizeof *types };

static bool is_named(const char *name, struct span text)
{
	return text.n && *name == (char)*text.p &&
	       strncmp(name, (const char *)text.p, text.n) == 0 && name[text.n] == '\0';
}

const struct code_list *codes_list(enum codes list)
{
	return list > CODES_NONE && list < CODES_COUNT ? &lists[list] : NULL;
}

enum codes codes_list_named(struct span name)
{
	for (unsigned i = CODES_NONE + 1; i < CODES_COUNT; i++) {
		if (is_named(lists[i].name, name)) {
			return (enum codes)i;
		}
	}
	return CODES_NONE;
}

uint8_t codes_find(enum codes list, struct span name)
{
	const struct code_list *known = codes_list(list);

	for (uint8_t i = 1; known && i < known->count; i++) {
		if (is_named(known->codes[i].name, name)) {
			return i;
		}
	}
	return 0;
}

const struct code *codes_get(enum codes list, uint8_t number)
{
	static const struct code none = {"", "", "", {0}};
	const struct code_list *known = codes_list(list);

	return known && number < known->count ? &known->codes[number] : &none;
}

const struct case_type *codes_types(size_t *ret_count)
{
	*ret_count = TYPE_COUNT;
	return types;
}

static const struct case_type *type_of(struct span code)
{
	for (size_t i = 0; i < TYPE_COUNT; i++) {
		if (is_named(types[i].code, code)) {
			return &types[i];
		}
	}
	return NULL;
}

const struct case_type *codes_type(struct span code)
{
	return code.n == 4 ? type_of(code) : NULL;
}

bool codes_type_begins(struct span text)
{
	bool found = false;

	for (size_t i = 0; i < sizeof types / sizeof types[0] && !found; i++) {
		found = span_starts(span_cstr(types[i].code), text);
	}
	return found;
}

const struct case_type *codes_family(struct span code)
{
	return code.n == 2 || code.n == 4 ? type_of(span_first(code, 2)) : NULL;
}
