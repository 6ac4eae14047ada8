/* import_refused.c: the file beside an import's checkpoint that lists each refused line with its reason; the summary is made from it. */
#include "producers/commands/import_refused.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "producers/commands/import_problem.h"

enum {
	REASONS = 64,
	FIRST_LINES = 5,
	/* With the number, the tab, which event, and the end */
	LINE_BYTES = IMPORT_PROBLEM_BYTES + 64
};

/* Before the reason, where it is not the first event of its line: read again by import_refused_events. */
static const char MIDNIGHT[] = "the midnight before it: ", STEP[] = "event %d of its row: ";

enum err import_refused_open(struct import_refused *refused, const char *path, int64_t kept_bytes)
{
	*refused = (struct import_refused){.path = path, .file = fopen(path, "ae")};
	if (!refused->file) {
		return ERR_IO;
	}
	/* Two at one list would cut off and mix up each other's lines, and what no list names is not asked again. */
	if (flock(fileno(refused->file), LOCK_EX | LOCK_NB)) {
		enum err err = errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO;

		import_refused_close(refused);
		return err;
	}
	struct stat now;
	bool known = fstat(fileno(refused->file), &now) == 0;

	if (known && now.st_size < kept_bytes) {
		fprintf(stderr, "govbus import: %s is gone: the summary lacks earlier lines\n",
			path);
	} else if (!known || ftruncate(fileno(refused->file), kept_bytes)) {
		import_refused_close(refused);
		return ERR_IO;
	}
	return ERR_OK;
}

void import_refused_which(int step, char ret_text[IMPORT_WHICH_BYTES])
{
	ret_text[0] = 0;
	if (step == IMPORT_MIDNIGHT) {
		snprintf(ret_text, IMPORT_WHICH_BYTES, "%s", MIDNIGHT);
	} else if (step > 0) {
		snprintf(ret_text, IMPORT_WHICH_BYTES, STEP, step + 1);
	}
}

void import_refused_note(struct import_refused *refused,
			 struct import_event event,
			 const char *reason)
{
	char text[IMPORT_PROBLEM_BYTES], which[IMPORT_WHICH_BYTES];

	/* A name in it may be the sender's: it breaks no line. */
	snprintf(text, sizeof text, "%s", reason);
	for (char *c = text; *c; c++) {
		*c = (uint8_t)*c < ' ' || *c == 0x7f ? ' ' : *c;
	}
	import_refused_which(event.step, which);
	fprintf(refused->file, "%ld\t%s%s\n", event.line, which, text);
}

enum err import_refused_keep(struct import_refused *refused, int64_t *ret_bytes)
{
	struct stat now;

	if (fflush(refused->file) || ferror(refused->file) || fdatasync(fileno(refused->file)) ||
	    fstat(fileno(refused->file), &now)) {
		return ERR_IO;
	}
	*ret_bytes = now.st_size;
	return ERR_OK;
}

void import_refused_close(struct import_refused *refused)
{
	if (refused->file) {
		fclose(refused->file);
		refused->file = NULL;
	}
}

/* ---- read again ---- */

static int by_line(const void *a, const void *b)
{
	const struct import_event *x = a, *y = b;

	return x->line != y->line ? (x->line > y->line) - (x->line < y->line)
				  : (x->step > y->step) - (x->step < y->step);
}

static struct import_event event_of(const char *line)
{
	char *text;
	struct import_event event = {.line = strtol(line, &text, 10)};
	int number = 0;

	text += *text == '\t';
	if (strncmp(text, MIDNIGHT, sizeof MIDNIGHT - 1) == 0) {
		event.step = IMPORT_MIDNIGHT;
	} else if (strncmp(text, STEP, strcspn(STEP, "%")) == 0) {
		number = (int)strtol(text + strcspn(STEP, "%"), NULL, 10);
		event.step = number > 1 ? number - 1 : 0;
	}
	return event;
}

static enum err read_events(FILE *file,
			    size_t skip,
			    struct import_event **ret_events,
			    size_t *ret_n)
{
	struct import_event *events = NULL;
	size_t n = 0, room = 0;
	char line[LINE_BYTES];

	while (fgets(line, sizeof line, file)) {
		if (skip) {
			skip--;
			continue;
		}
		if (n == room) {
			void *more =
				realloc(events, (room = room ? room * 2 : 256) * sizeof *events);

			if (!more) {
				free(events);
				return ERR_NOMEM;
			}
			events = more;
		}
		events[n++] = event_of(line);
	}
	if (n) {
		qsort(events, n, sizeof *events, by_line);
	}
	*ret_events = events;
	*ret_n = n;
	return ferror(file) ? ERR_IO : ERR_OK;
}

enum err import_refused_events(const char *path,
			       size_t skip,
			       struct import_event **ret_events,
			       size_t *ret_n)
{
	FILE *file = fopen(path, "re");

	*ret_events = NULL;
	*ret_n = 0;
	if (!file) {
		return ERR_ABSENT;
	}
	enum err err = read_events(file, skip, ret_events, ret_n);

	fclose(file);
	return err;
}

bool import_refused_has(const struct import_event *events, size_t n, struct import_event event)
{
	return n && bsearch(&event, events, n, sizeof *events, by_line);
}

/* ---- summed up ---- */

struct reason {
	char text[LINE_BYTES];
	size_t count;
	long lines[FIRST_LINES];
};

/* "place: is missing" and "STATE: …: CL" are kinds; what follows the first colon differs from line to line. */
static void add_reason(struct reason *reasons, int *n, long line, const char *text)
{
	int i = 0;

	while (i < *n && strcmp(reasons[i].text, text) != 0) {
		i++;
	}
	if (i == REASONS) {
		i = REASONS - 1;
		snprintf(reasons[i].text, sizeof reasons[i].text, "(others)");
	} else if (i == *n) {
		snprintf(reasons[i].text, sizeof reasons[i].text, "%s", text);
		reasons[i].count = 0;
		++*n;
	}
	if (reasons[i].count < FIRST_LINES) {
		reasons[i].lines[reasons[i].count] = line;
	}
	reasons[i].count++;
}

static void print_reasons(const struct reason *reasons, int n, FILE *out)
{
	for (int i = 0; i < n; i++) {
		fprintf(out, "  %8zu  %s; line", reasons[i].count, reasons[i].text);
		for (size_t j = 0; j < reasons[i].count && j < FIRST_LINES; j++) {
			fprintf(out, "%s %ld", j ? "," : "", reasons[i].lines[j]);
		}
		fprintf(out, "%s\n", reasons[i].count > FIRST_LINES ? ", …" : "");
	}
}

void import_refused_sum_up(const char *path, FILE *out)
{
	struct reason *reasons = calloc(REASONS, sizeof *reasons);
	FILE *file = reasons ? fopen(path, "re") : NULL;
	char line[LINE_BYTES], *text;
	int n = 0;

	while (file && fgets(line, sizeof line, file)) {
		long number = strtol(line, &text, 10);

		text += *text == '\t';
		text[strcspn(text, "\n")] = 0;
		add_reason(reasons, &n, number, text);
	}
	if (n) {
		print_reasons(reasons, n, out);
		fprintf(out, "  all of them: %s\n", path);
	}
	if (file) {
		fclose(file);
	}
	free(reasons);
}
