/* import.c: posts what a file holds, through a gateway, in order; goes on where it was after a kill. */
#include "producers/import.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/limits.h"
#include "producers/import_refused.h"

enum {
	RETRY_US = 200000, /* the first wait; each further one is twice as long */
	RETRY_MAX_US = 5000000,
	SLICE_US = 500000, /* of a wait: progress is said meanwhile */
	STATE_BYTES = 256
};

/* One import under way. */
struct import {
	struct import_source *source;
	struct http_client *client;
	const struct import_options *options;
	struct import_result *result;
	char state_path[IMPORT_PATH_BYTES];
	struct import_refused refused;
	struct http_client_answer answer;
	struct buf body;
	size_t next;  /* where the batch under way begins */
	size_t *open; /* its events without a final outcome, by their place in it */
	size_t n_open;
	long *lines; /* of the open ones */
	int64_t started_us, retry_us;
	bool waiting_said;
};

/* ---- where it stands, kept over kills ---- */

static void paths(struct import *import)
{
	uint64_t hash = import_source_hash(import->source);
	const char *home = import->options->home;

	snprintf(import->state_path, sizeof import->state_path, "%s/import", home);
	mkdir(home, 0755);
	mkdir(import->state_path, 0755);
	snprintf(import->state_path, sizeof import->state_path, "%s/import/%016" PRIx64 ".place",
		 home, hash);
	snprintf(import->result->refused_path, sizeof import->result->refused_path,
		 "%s/import/%016" PRIx64 ".refused", home, hash);
}

/* @param ret_noted  bytes of refusals that were noted up to there */
static size_t load_place(struct import *import, int64_t *ret_noted)
{
	struct import_result *result = import->result;
	FILE *file = fopen(import->state_path, "re");
	size_t next = 0;
	char line[STATE_BYTES], *at = line;

	*ret_noted = 0;
	if (file && fgets(line, sizeof line, file)) {
		next = strtoull(at, &at, 10);
		result->accepted = strtoull(at, &at, 10);
		result->repeated = strtoull(at, &at, 10);
		result->refused = strtoull(at, &at, 10);
		result->midnights = strtoull(at, &at, 10);
		*ret_noted = strtoll(at, &at, 10);
	}
	if (file) {
		fclose(file);
	}
	result->resumed_at = next;
	return next;
}

/* The refusals first: a place says that those before it are noted. */
static enum err keep_place(struct import *import, size_t next)
{
	char fresh[IMPORT_PATH_BYTES + 8];
	const struct import_result *result = import->result;
	int64_t noted;
	enum err err = import_refused_keep(&import->refused, &noted);

	if (err) {
		return err;
	}
	snprintf(fresh, sizeof fresh, "%s.new", import->state_path);
	FILE *file = fopen(fresh, "we");

	if (!file) {
		return ERR_IO;
	}
	fprintf(file, "%zu %zu %zu %zu %zu %lld\n", next, result->accepted, result->repeated,
		result->refused, result->midnights, (long long)noted);
	bool whole = fflush(file) == 0 && fdatasync(fileno(file)) == 0;

	whole = fclose(file) == 0 && whole;
	return whole && rename(fresh, import->state_path) == 0 ? ERR_OK : ERR_IO;
}

static void say_progress(struct import *import, size_t next)
{
	struct progress *progress = import->options->progress;
	size_t done = next - import->result->resumed_at, left = import->result->events - next;
	double seconds = (double)(clock_steady_us() - import->started_us) / 1e6;

	if (!progress_due(progress)) {
		return;
	}
	if (done) {
		progress_say(progress, "%zu of %zu events, %.0f/s, %.0f s left", next,
			     import->result->events, (double)done / seconds,
			     (double)left * seconds / (double)done);
	} else {
		progress_say(progress, "%zu of %zu events", next, import->result->events);
	}
}

/* ---- one request ---- */

static void make_body(struct import *import)
{
	buf_reset(&import->body);
	for (size_t i = 0; i < import->n_open; i++) {
		buf_add_byte(&import->body, i ? ',' : '[');
		import->lines[i] = import_source_event(
			import->source, import->next + import->open[i], &import->body);
	}
	buf_add_byte(&import->body, ']');
}

static void begin_batch(struct import *import, size_t from, size_t n)
{
	import->next = from;
	import->n_open = n;
	for (size_t i = 0; i < n; i++) {
		import->open[i] = i;
	}
	make_body(import);
}

/* A problem's reason in one line: its guard or title, the field, what it met. */
static void reason_of(const json_t *item, char *ret_text, size_t size)
{
	static const char *const names[] = {"guard", "title", "field", "detail"};
	size_t n = 0;

	ret_text[0] = 0;
	for (int i = 0; i < 4; i++) {
		const char *text = json_string_value(json_object_get(item, names[i]));

		if (text && *text && n < size) {
			n += (size_t)snprintf(ret_text + n, size - n, "%s%s", n ? ": " : "", text);
		}
	}
	if (!ret_text[0]) {
		snprintf(ret_text, size, "status %d",
			 (int)json_integer_value(json_object_get(item, "status")));
	}
}

static int status_of(const json_t *item)
{
	return (int)json_integer_value(json_object_get(item, "status"));
}

static bool is_settled(const json_t *item)
{
	int status = status_of(item);

	return status == 200 || status == 201 || (status >= 400 && status < 500);
}

/* Counts the i-th event that was posted, which is settled. A clock that stood there already has passed the midnight too. */
static void count(struct import *import, const json_t *item, size_t i)
{
	struct import_result *result = import->result;
	int status = status_of(item);
	char reason[IMPORT_PROBLEM_BYTES];

	if (status >= 400) {
		result->refused++;
		reason_of(item, reason, sizeof reason);
		import_refused_note(&import->refused, import->lines[i], reason);
	} else if (import_source_is_midnight(import->source, import->next + import->open[i])) {
		result->midnights++;
	} else {
		result->accepted += status == 201;
		result->repeated += status == 200;
	}
}

/*
 * Counts what is settled and keeps the others open: an event whose outcome is not known yet (202, 503), and after it in the
 * batch what the state refused (409): perhaps only because the one before it has not landed. A refusal binds nothing.
 */
static void keep_open(struct import *import, const json_t *items)
{
	size_t kept = 0;

	for (size_t i = 0; i < import->n_open; i++) {
		const json_t *item = json_array_get(items, i);

		if (!is_settled(item) || (kept && status_of(item) == 409)) {
			import->open[kept++] = import->open[i];
		} else {
			count(import, item, i);
		}
	}
	import->n_open = kept;
}

/* Says why, once a batch, and waits: longer each time, and at least as long as the gateway asks for. */
static void wait_a_while(struct import *import, const char *why)
{
	int64_t asked_us = import->answer.retry_after_s * INT64_C(1000000);
	int64_t wait_us = asked_us > import->retry_us ? asked_us : import->retry_us;
	int64_t end_us = clock_steady_us() + (wait_us < RETRY_MAX_US ? wait_us : RETRY_MAX_US);

	if (!import->waiting_said) {
		fprintf(stderr, "govbus import: waiting: %s\n", why);
		import->waiting_said = true;
	}
	import->retry_us = import->retry_us < RETRY_MAX_US / 2 ? import->retry_us * 2
		: RETRY_MAX_US;
	for (int64_t left; (left = end_us - clock_steady_us()) > 0;) {
		clock_sleep_us(left < SLICE_US ? left : SLICE_US);
		say_progress(import, import->next);
	}
}

/* @return OK when all events of the batch are settled, BUSY when those still open must be posted again */
static enum err read_answer(struct import *import)
{
	json_error_t why;
	json_t *root = json_loadb((char *)import->answer.body.p, import->answer.body.n, 0, &why);
	json_t *items = json_object_get(root, "items");
	size_t posted = import->n_open;
	char text[80];

	if (!posted || json_array_size(items) != posted) {
		json_decref(root);
		return ERR_MALFORMED;
	}
	keep_open(import, items);
	json_decref(root);
	if (!import->n_open) {
		return ERR_OK;
	}
	if (import->n_open < posted) {
		import->retry_us = RETRY_US;
	}
	snprintf(text, sizeof text, "%zu of %zu events have no outcome yet", import->n_open,
		 posted);
	wait_a_while(import, text);
	make_body(import);
	return ERR_BUSY;
}

static enum err post_once(struct import *import)
{
	enum err err =
		http_client_post(import->client, "/v1/events", "application/cloudevents-batch+json",
				 buf_span(&import->body), &import->answer);

	if (err) {
		import->answer.retry_after_s = 0;
		wait_a_while(import, http_client_why(import->client));
		return ERR_BUSY;
	}
	if (import->answer.status == 503 || import->answer.status == 429) {
		wait_a_while(import, "the gateway is not ready for events");
		return ERR_BUSY;
	}
	if (import->answer.status != 200) {
		fprintf(stderr, "govbus import: the gateway answered %d: %.*s\n",
			import->answer.status,
			SPAN_ARGS(span_first(buf_span(&import->answer.body), 500)));
		return import->answer.status == 401 || import->answer.status == 403 ? ERR_DENIED
										    : ERR_USAGE;
	}
	return read_answer(import);
}

static enum err post_all(struct import *import, size_t next)
{
	enum err err = ERR_OK;
	size_t batch = (size_t)import->options->batch;

	while (next < import->result->events && !err) {
		size_t left = import->result->events - next, n = left < batch ? left : batch;

		begin_batch(import, next, n);
		if (import->body.err || import->body.n > LIMIT_BODY_BYTES) {
			if (batch == 1 || import->body.err == ERR_NOMEM) {
				return ERR_TOO_BIG;
			}
			batch /= 2;
			continue;
		}
		import->waiting_said = false;
		import->retry_us = RETRY_US;
		while ((err = post_once(import)) == ERR_BUSY) {
		}
		next += err ? 0 : n;
		err = err ? err : keep_place(import, next);
		say_progress(import, next);
	}
	return err;
}

/* Opens the file of refusals where the place that was kept says; one that begins anew begins with the lines that gave no event. */
static enum err begin(struct import *import, size_t *ret_next)
{
	const struct import_problem *problems;
	size_t n = import_source_problems(import->source, &problems);
	int64_t noted;

	import->result->lines = import_source_lines(import->source);
	import->result->lines_refused = n;
	paths(import);
	import->lines = calloc(LIMIT_BATCH_EVENTS, sizeof *import->lines);
	import->open = calloc(LIMIT_BATCH_EVENTS, sizeof *import->open);
	if (!import->lines || !import->open) {
		return ERR_NOMEM;
	}
	*ret_next = load_place(import, &noted);
	enum err err = import_refused_open(&import->refused, import->result->refused_path, noted);

	for (size_t i = 0; !err && !noted && i < n; i++) {
		import_refused_note(&import->refused, problems[i].line, problems[i].reason);
	}
	import->started_us = clock_steady_us();
	return err;
}

enum err import_run(struct import_source *source,
		    struct http_client *client,
		    const struct import_options *options,
		    struct import_result *ret_result)
{
	struct import import = {
		.source = source, .client = client, .options = options, .result = ret_result};
	size_t next = 0;

	*ret_result = (struct import_result){.events = import_source_count(source)};
	enum err err = begin(&import, &next);

	err = err ? err : post_all(&import, next);
	/* A file that gives no event at all has its refusals noted too. */
	err = err ? err : keep_place(&import, ret_result->events);
	import_refused_close(&import.refused);
	buf_done(&import.body);
	buf_done(&import.answer.body);
	free(import.lines);
	free(import.open);
	return err;
}

void import_summary(const struct import_options *options, const struct import_result *result)
{
	fprintf(options->out,
		"%s: %ld lines; %zu events accepted, %zu had been before, %zu refused; %zu lines gave none\n",
		options->name, result->lines, result->accepted, result->repeated, result->refused,
		result->lines_refused);
	if (result->midnights) {
		fprintf(options->out, "  %zu midnights passed in every partition\n",
			result->midnights);
	}
	import_refused_sum_up(result->refused_path, options->out);
}
