/* kafka_start.c: how a program begins: it waits for a broker, whose topics must be right; health and metrics answer meanwhile. */
#include "consumers/kafka_start.h"

#include "common/clock.h"
#include "common/log.h"
#include "consumers/kafka_bus.h"

enum {
	START_PAUSE_US = 500000,
	/* A broker that has just started may not list its topics yet; after this long they are absent */
	START_ABSENT_US = 10000000,
};

static bool healthy(void *context, struct buf *reasons)
{
	struct kafka_start *start = context;
	void *program = start->program;

	return !program || start->healthy(program, reasons);
}

static bool ready(void *context, struct buf *reasons)
{
	struct kafka_start *start = context;
	void *program = start->program;

	if (program) {
		return start->ready(program, reasons);
	}
	enum err err = (enum err)start->waits_for;

	buf_printf(reasons, "not started yet: %s. Cure: %s\n", err_text(err), err_cure(err));
	return false;
}

/*
 * librdkafka knows the reasons (a name that does not resolve, a certificate): they are logged together with the line that
 * we wait.
 */
static enum err ask(struct kafka_start *start, bool tell, struct buf *problems)
{
	struct kafka_settings settings = *start->settings;

	if (!tell) {
		settings.log = NULL;
	}
	buf_reset(problems);
	enum err err = kafka_bus_check(&settings, start->prefix, problems);

	start->waits_for = (int)err;
	if (tell && (err == ERR_KAFKA_AWAY || err == ERR_ABSENT)) {
		LOG(WARN, "waiting", LOG_TEXT("for", err_text(err)),
		    LOG_TEXT("error", err_name(err)), LOG_TEXT("cure", err_cure(err)));
	}
	return err;
}

static enum err await_topics(struct kafka_start *start, struct buf *problems)
{
	int64_t answered_us = 0;
	enum err err = ERR_OK;

	for (unsigned n = 1;; n++) {
		err = ask(start, (n & (n - 1)) == 0, problems);
		if (err == ERR_KAFKA_AWAY) {
			answered_us = 0;
		} else if (!answered_us) {
			answered_us = clock_steady_us();
		}
		bool waits =
			err == ERR_KAFKA_AWAY ||
			(err == ERR_ABSENT && clock_steady_us() - answered_us < START_ABSENT_US);

		if (!waits) {
			return err;
		}
		clock_sleep_us(START_PAUSE_US);
	}
}

enum err kafka_start_await(struct kafka_start *start)
{
	struct health_config probes = {
		.listen = start->listen, .healthy = healthy, .ready = ready, .context = start};
	struct buf problems = {0};

	start->waits_for = ERR_KAFKA_AWAY;
	enum err err = start->health ? ERR_OK : health_start(&probes, &start->health);

	if (!err) {
		err = await_topics(start, &problems);
	}
	if (err == ERR_ABSENT || err == ERR_TOPIC_CONFIG) {
		LOG(ERROR,
		    "topics are not as they must be: govbus topics creates those that are missing",
		    LOG_TEXT("error", err_name(err)), LOG_SPAN("problems", buf_span(&problems)));
	}
	buf_done(&problems);
	return err;
}

void kafka_start_say_end(enum err err, const char *listen, const char *home)
{
	if (err == ERR_BUSY) {
		LOG(ERROR, err_text(err), LOG_TEXT("error", err_name(err)),
		    LOG_TEXT("listen", listen), LOG_TEXT("home", home),
		    LOG_TEXT("cure", err_cure(err)));
	} else {
		LOG(ERROR, err_text(err), LOG_TEXT("error", err_name(err)),
		    LOG_TEXT("cure", err_cure(err)));
	}
}

void kafka_start_end(struct kafka_start *start)
{
	health_stop(start->health);
	start->health = NULL;
}
