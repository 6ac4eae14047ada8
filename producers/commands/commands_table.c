/* commands_table.c: prints a list of JSON objects as a table with aligned columns. */
#include "producers/commands/commands_table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Characters that take two columns of a terminal. */
static const uint32_t WIDE[][2] = {
	{0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},
	{0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x20000, 0x3fffd},
};

static int char_columns(uint32_t c)
{
	for (size_t i = 0; i < sizeof WIDE / sizeof WIDE[0]; i++) {
		if (c >= WIDE[i][0] && c <= WIDE[i][1]) {
			return 2;
		}
	}
	return 1;
}

/* How wide a text is on a terminal. It came through jansson, so it is whole UTF-8. */
static int text_columns(const char *text)
{
	static const uint8_t FIRST_BITS[] = {0x7f, 0, 0x1f, 0x0f, 0x07};
	int n = 0;

	while (*text) {
		uint8_t first = (uint8_t)*text;
		int bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
		uint32_t c = first & FIRST_BITS[bytes == 1 ? 0 : bytes];

		for (text++; --bytes > 0 && *text; text++) {
			c = c << 6 | ((uint8_t)*text & 0x3f);
		}
		n += char_columns(c);
	}
	return n;
}

static void print_value(const json_t *value, FILE *out)
{
	const json_t *zh = json_object_get(value, "zh"), *en = json_object_get(value, "en");

	if (json_is_string(value)) {
		fputs(json_string_value(value), out);
	} else if (zh) {
		const char *code = json_string_value(json_object_get(value, "code"));

		fprintf(out, "%s%s%s %s", code ? code : "", code ? " " : "", json_string_value(zh),
			json_string_value(en) ? json_string_value(en) : "");
	} else {
		char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

		fputs(text ? text : "", out);
		free(text);
	}
}

char *commands_table_cell(const json_t *value)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out) {
		return NULL;
	}
	if (value) {
		print_value(value, out);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		text[i] = (uint8_t)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i];
	}
	return text;
}

static void widen(json_t *columns, const char *name, const json_t *value)
{
	char *text = commands_table_cell(value);
	int cell = text ? text_columns(text) : 0, head = text_columns(name);
	json_int_t width = json_integer_value(json_object_get(columns, name));

	width = width < head ? head : width;
	json_object_set_new(columns, name, json_integer(width < cell ? cell : width));
	free(text);
}

/* The columns of a table, each as wide as its widest cell: every member that any item has, in the order in which they first come. */
static json_t *columns_of(const json_t *items)
{
	json_t *columns = json_object(), *item, *value;
	const char *name;
	size_t i;

	json_array_foreach(items, i, item)
	{
		json_object_foreach(item, name, value)
		{
			widen(columns, name, value);
		}
	}
	return columns;
}

/* The padding after a cell is printed only before the next non-empty cell, so that no line ends in spaces. */
static void print_cell(const char *text, int width, int *owed)
{
	if (*text) {
		printf("%*s%s", *owed, "", text);
		*owed = 0;
	}
	*owed += width - (*text ? text_columns(text) : 0) + 2;
}

void commands_table_print(const json_t *items)
{
	json_t *columns = columns_of(items), *item, *width;
	const char *name;
	int owed = 0;
	size_t i;

	json_object_foreach(columns, name, width)
	{
		print_cell(name, (int)json_integer_value(width), &owed);
	}
	printf("\n");
	json_array_foreach(items, i, item)
	{
		owed = 0;
		json_object_foreach(columns, name, width)
		{
			char *text = commands_table_cell(json_object_get(item, name));

			print_cell(text ? text : "", (int)json_integer_value(width), &owed);
			free(text);
		}
		printf("\n");
	}
	json_decref(columns);
}
