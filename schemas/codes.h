/* codes.h: the closed lists of codes and the code book of case types, with their Chinese and English texts. */
#ifndef GOVBUS_SCHEMAS_CODES_H
#define GOVBUS_SCHEMAS_CODES_H

#include <stddef.h>
#include <stdint.h>

#include "common/span.h"

/* One enum per list: SEVERITY_… as CODE_severity_urgent; 0 is absent. CODE_severity_COUNT is one past the last. */
#define CODES_BEGIN(list, help) \
	enum code_##list        \
	{                       \
		CODE_##list##_NONE,
#define CODE(list, name, wire, zh, en) CODE_##list##_##name,
#define CODES_END(list)     \
	CODE_##list##_COUNT \
	}                   \
	;
#include "schemas/codes.def"
#undef CODES_BEGIN
#undef CODE
#undef CODES_END

/* The lists, by number: what an ENUM field's bound names. */
enum codes {
	CODES_NONE,
#define CODES_BEGIN(list, help) CODES_##list,
#define CODE(list, name, wire, zh, en)
#define CODES_END(list)
#include "schemas/codes.def"
#undef CODES_BEGIN
#undef CODE
#undef CODES_END
	CODES_COUNT
};

struct code {
	const char *name; /* on the wire and in JSON */
	const char *zh, *en;
	struct span json; /* {"code":name,"zh":zh,"en":en}: answers have several of them */
};

struct code_list {
	const char *name, *help;
	const struct code *codes; /* codes[1] .. codes[count - 1]; codes[0] is absent */
	uint8_t count;
};

/** The list of that number; NULL for CODES_NONE and beyond. @thread any, as all here */
const struct code_list *codes_list(enum codes list);

/** The list of that name ("severity"); CODES_NONE if there is none. */
enum codes codes_list_named(struct span name);

/** The code's number in its list, 0 if it has none of that name. */
uint8_t codes_find(enum codes list, struct span name);

/** The code of a number; its texts are "" for 0 and unknown numbers. Never NULL. */
const struct code *codes_get(enum codes list, uint8_t number);

struct case_type {
	char code[5]; /* "MD02"; a family: "MD" */
	const char *zh, *en;
	struct span json; /* as of a code */
};

/** The families and types in the order of their codes, each family before its types. */
const struct case_type *codes_types(size_t *ret_count);

/** The type of that code (four characters), or NULL. */
const struct case_type *codes_type(struct span code);

/** Whether a text is the code of a type or the beginning of one: "M", "MD", "MD0", "MD02". */
bool codes_type_begins(struct span text);

/** The family of a type's code (its first two characters), or NULL. */
const struct case_type *codes_family(struct span code);

#endif
