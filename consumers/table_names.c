/* table_names.c: names of index tables, made once and kept. */
#include "consumers/table_names.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name {
	struct name *next;
	char text[64];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct name *first; /* as many as a program's projections have indexes */

const char *table_names_of_index(const char *table, const char *index)
{
	char text[sizeof first->text];

	if (snprintf(text, sizeof text, "%s.%s", table, index) >= (int)sizeof text) {
		abort();
	}
	pthread_mutex_lock(&lock);
	struct name *name = first;

	while (name && strcmp(name->text, text) != 0) {
		name = name->next;
	}
	if (!name) {
		name = calloc(1, sizeof *name);
		if (!name) {
			abort();
		}
		memcpy(name->text, text, sizeof text);
		name->next = first;
		first = name;
	}
	pthread_mutex_unlock(&lock);
	return name->text;
}
