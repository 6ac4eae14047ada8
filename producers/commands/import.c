/* import.c: posts the events of a file through a gateway, in order; resumes after a kill. */
#include "producers/commands/import.h"

#include <jansson.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/limits.h"
#include "producers/commands/import_refused.h"

enum {
	RETRY_US = 200000, /* the first wait; each further one is twice as long */
	RETRY_MAX_US = 5000000,
	SLICE_US = 500000, /* waits are cut into slices, so that progress can be shown meanwhile */
	/* Without an answer to a request before that is reported; posts themselves wait two seconds for outcomes */
	PATIENCE_US = 4000000
};

/* One import under way. */
struct import {
	struct import_source *source;
	struct http_client *client;
	const struct import_options *options;
	struct import_result *result;
	struct import_checkpoint checkpoint;
	struct import_refused refused;
	size_t *chosen; /* the round's events by their number; NULL: all */
	struct http_client_answer answer;
	struct buf body;
	size_t next;  /* where the batch under way begins */
	size_t *open; /* its events without a final outcome, by their position in it */
	size_t n_open;
	int64_t started_us, retry_us;
	bool waiting_said, silence_said;
};

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

/* The number of the i-th open event. */
static size_t number_of(const struct import *import, size_t i)
{
	size_t at = import->next + import->open[i];

	return import->chosen ? import->chosen[at] : at;
}

static void make_body(struct import *import)
{
	buf_reset(&import->body);
	for (size_t i = 0; i < import->n_open; i++) {
		buf_add_byte(&import->body, i ? ',' : '[');
		import_source_event(import->source, number_of(import, i), &import->body);
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

static const char *text_of(const json_t *item, const char *name)
{
	const char *text = json_string_value(json_object_get(item, name));

	return text ? text : "";
}

/* A line whose dryrun is true is asked for and answered, and is not in: to count it as a repeat would hide that. */
static bool is_tried(const json_t *item)
{
	return strcmp(text_of(item, "outcome"), "tried") == 0;
}

/* A problem's reason on one line: its guard, in words what it is, the field, and what was found. */
static void reason_of(const json_t *item, char *ret_text, size_t size)
{
	const char *guard = text_of(item, "guard_en"), *reason = text_of(item, "reason_en");
	const char *const texts[] = {
		text_of(item, "guard"),
		*guard    ? guard
		: *reason ? reason
			  : text_of(item, "title"),
		text_of(item, "field"),
		text_of(item, "detail"),
	};
	size_t n = 0;

	ret_text[0] = 0;
	if (is_tried(item)) {
		snprintf(ret_text, size, "only tried, as its dryrun says: it would be %s",
			 text_of(item, "would"));
		return;
	}
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (*texts[i] && n < size) {
			n += (size_t)snprintf(ret_text + n, size - n, "%s%s", n ? ": " : "",
					      texts[i]);
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

/* Counts the i-th posted event, which is settled. A midnight is passed even if the clock stood there already. */
static void count(struct import *import, const json_t *item, size_t i)
{
	struct import_counts *counts = &import->checkpoint.counts;
	struct import_event which = import_source_which(import->source, number_of(import, i));
	int status = status_of(item);
	char reason[IMPORT_PROBLEM_BYTES];

	if (status >= 400 || is_tried(item)) {
		counts->refused++;
		reason_of(item, reason, sizeof reason);
		import_refused_note(&import->refused, which, reason);
	} else if (which.step == IMPORT_MIDNIGHT) {
		counts->midnights++;
	} else {
		counts->accepted += status == 201;
		counts->repeated += status == 200;
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

/* Reports why, once per batch, and waits: longer each time, and at least as long as the gateway asks for. */
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

/* A gateway that hangs, or a broker behind it, can hold a request for a minute: say what is being waited for. */
static void on_silence(void *context, int64_t waited_us)
{
	struct import *import = context;

	if (waited_us >= PATIENCE_US && !import->silence_said) {
		fprintf(stderr,
			"govbus import: waiting: the gateway has not answered for %d seconds\n",
			(int)(waited_us / 1000000));
		import->silence_said = true;
	}
	if (import->n_open) {
		say_progress(import, import->next);
	}
}

/* @param err of the request @return BUSY: it must be made again, and a while has passed; OK: the answer is there to be read */
static enum err look_at_status(struct import *import, enum err err)
{
	int status = import->answer.status;

	import->silence_said = false;
	if (err) {
		import->answer.retry_after_s = 0;
		wait_a_while(import, http_client_why(import->client));
		return ERR_BUSY;
	}
	if (status == 503 || status == 429) {
		wait_a_while(import, "the gateway is not ready for events");
		return ERR_BUSY;
	}
	if (status != 200) {
		fprintf(stderr, "govbus import: the gateway answered %d: %.*s\n", status,
			SPAN_ARGS(span_first(buf_span(&import->answer.body), 500)));
		return status == 401 || status == 403 ? ERR_DENIED : ERR_USAGE;
	}
	return ERR_OK;
}

static enum err post_once(struct import *import)
{
	enum err err =
		http_client_post(import->client, "/v1/events", "application/cloudevents-batch+json",
				 buf_span(&import->body), &import->answer);

	err = look_at_status(import, err);
	return err ? err : read_answer(import);
}

/* ---- a round ---- */

/* The refusals first: a checkpoint implies that those before it are on the disk. */
static enum err keep_checkpoint(struct import *import, size_t next)
{
	enum err err = import_refused_keep(&import->refused, &import->checkpoint.noted);

	import->checkpoint.next = next;
	return err ? err : import_checkpoint_keep(&import->checkpoint);
}

static enum err post_all(struct import *import)
{
	enum err err = ERR_OK;
	size_t batch = (size_t)import->options->batch, next = import->checkpoint.next;

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
		err = err ? err : keep_checkpoint(import, next);
		say_progress(import, next);
	}
	return err;
}

/*
 * The events of a later round are those that the round before it lists. If that file is gone they are unknown: then all are
 * posted, most of them as repeats.
 */
static enum err choose(struct import *import, size_t n_problems)
{
	struct import_event *refused;
	char path[IMPORT_PATH_BYTES];
	size_t n, count = 0, all = import_source_count(import->source);

	import_checkpoint_refused(&import->checkpoint, import->checkpoint.round - 1, path);
	enum err err = import_refused_events(path, n_problems, &refused, &n);

	if (err == ERR_ABSENT) {
		fprintf(stderr, "govbus import: %s is gone: all events are asked again\n", path);
		import->checkpoint.next = 0;
		return ERR_OK;
	}
	import->chosen = err ? NULL : malloc((all + 1) * sizeof *import->chosen);
	err = err || import->chosen ? err : ERR_NOMEM;
	for (size_t i = 0; i < all && !err; i++) {
		if (import_refused_has(refused, n, import_source_which(import->source, i))) {
			import->chosen[count++] = i;
		}
	}
	import->result->events = count;
	free(refused);
	return err;
}

/* Opens the file of refusals at the length that the checkpoint knows; a new one begins with the lines that gave no event. */
static enum err begin_round(struct import *import)
{
	const struct import_problem *problems;
	struct import_checkpoint *checkpoint = &import->checkpoint;
	struct import_result *result = import->result;
	size_t n = import_source_problems(import->source, &problems);
	enum err err = checkpoint->round > 1 ? choose(import, n) : ERR_OK;

	checkpoint->next = checkpoint->next > result->events ? 0 : checkpoint->next;
	result->resumed_at = checkpoint->next;
	err = err ? err
		  : import_refused_open(&import->refused, result->refused_path, checkpoint->noted);
	for (size_t i = 0; !err && !checkpoint->noted && i < n; i++) {
		import_refused_note(&import->refused,
				    (struct import_event){problems[i].line, problems[i].step},
				    problems[i].reason);
	}
	import->started_us = clock_steady_us();
	return err;
}

/* The round to post: the unfinished one, or the next one if the last was completed with refusals. */
static enum err find_round(struct import *import)
{
	struct import_result *result = import->result;
	struct import_checkpoint *checkpoint = &import->checkpoint;
	enum err err = ERR_OK;

	result->earlier_us = checkpoint->done_us;
	snprintf(result->earlier, sizeof result->earlier, "%s", checkpoint->command);
	if (checkpoint->done_us && checkpoint->counts.refused) {
		err = import_checkpoint_next_round(checkpoint);
	}
	result->nothing_left = checkpoint->done_us != 0;
	result->round = checkpoint->round;
	import_checkpoint_refused(checkpoint, checkpoint->round, result->refused_path);
	return err;
}

/*
 * Asks which bus it is: behind the same address there may now be another one, without these events. It also shows that a
 * gateway is there and accepts the token.
 */
static enum err ask_for_bus(struct import *import)
{
	enum err err;

	do {
		err = http_client_get(import->client, "/v1/bus", &import->answer);
	} while ((err = look_at_status(import, err)) == ERR_BUSY);
	json_t *root =
		err ? NULL
		    : json_loadb((char *)import->answer.body.p, import->answer.body.n, 0, NULL);
	const char *bus = json_string_value(json_object_get(root, "bus"));

	if (bus) {
		import_checkpoint_load(&import->checkpoint, import->options->home,
				       import_source_hash(import->source), span_cstr(bus));
	} else if (!err) {
		fprintf(stderr,
			"govbus import: what answers there is no gateway of this version\n");
		err = ERR_USAGE;
	}
	json_decref(root);
	return err;
}

static enum err post_round(struct import *import)
{
	enum err err = begin_round(import);

	err = err ? err : post_all(import);
	/* A file that gives no event at all has its refusals noted too. */
	err = err ? err : keep_checkpoint(import, import->result->events);
	import_refused_close(&import->refused);
	return err ? err
		   : import_checkpoint_done(&import->checkpoint, clock_wall_us(),
					    import->options->command);
}

enum err import_run(struct import_source *source,
		    struct http_client *client,
		    const struct import_options *options,
		    struct import_result *ret_result)
{
	const struct import_problem *problems;
	struct import import = {.source = source,
				.client = client,
				.options = options,
				.result = ret_result,
				.retry_us = RETRY_US};

	*ret_result =
		(struct import_result){.events = import_source_count(source),
				       .lines = import_source_lines(source),
				       .lines_refused = import_source_problems(source, &problems),
				       .lines_partial = import_source_partial(source)};
	import.open = calloc(LIMIT_BATCH_EVENTS, sizeof *import.open);
	http_client_on_wait(client, on_silence, &import);
	enum err err = import.open ? ask_for_bus(&import) : ERR_NOMEM;

	err = err ? err : find_round(&import);
	err = err || ret_result->nothing_left ? err : post_round(&import);
	ret_result->counts = import.checkpoint.counts;
	http_client_on_wait(client, NULL, NULL);
	buf_done(&import.body);
	buf_done(&import.answer.body);
	free(import.chosen);
	free(import.open);
	return err;
}
