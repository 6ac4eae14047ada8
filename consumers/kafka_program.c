/* kafka_program.c: the main function of every consumer: configuration, health, signals, the runtime. */
#include "consumers/kafka_program.h"

#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/kafka_from_conf.h"
#include "common/log.h"
#include "consumers/kafka_runtime.h"
#include "consumers/kafka_runtime_parts.h"
#include "consumers/kafka_start.h"

enum { PROGRAM_NAME_BYTES = 64 };

static struct runtime *running;

static void on_signal(int number)
{
	(void)number;
	if (running) {
		kafka_runtime_stop(running);
	} else {
		_Exit(0); /* it has not started yet */
	}
}

/* A hash of the program's own bytes identifies the build: a different build retries parked events. */
static void name_build(char ret_name[33])
{
	uint8_t bytes[65536], hash[16];
	crypto_generichash_state state;
	FILE *self = fopen("/proc/self/exe", "rb");

	crypto_generichash_init(&state, NULL, 0, sizeof hash);
	for (size_t n = 1; self && n > 0;) {
		n = fread(bytes, 1, sizeof bytes, self);
		crypto_generichash_update(&state, bytes, n);
	}
	if (self) {
		(void)fclose(self);
	}
	crypto_generichash_final(&state, hash, sizeof hash);
	sodium_bin2hex(ret_name, 33, hash, sizeof hash);
}

static enum err serve(const struct conf *conf, const struct runtime_config *config)
{
	struct kafka_start start = {.settings = config->settings,
				    .prefix = config->prefix,
				    .listen = conf_text(conf, "listen"),
				    .healthy = kafka_runtime_show_healthy,
				    .ready = kafka_runtime_show_ready};
	struct runtime *runtime = NULL;
	enum err err;

	do {
		err = kafka_start_await(&start);
		err = err ? err : kafka_runtime_open(config, &runtime);
	} while (err == ERR_KAFKA_AWAY);
	if (!err) {
		running = runtime;
		start.program = runtime;
		LOG(INFO, "started", LOG_NUMBER("shards", config->shards));
		err = kafka_runtime_run(runtime);
	}
	signal(SIGTERM, SIG_IGN); /* it is already ending */
	signal(SIGINT, SIG_IGN);
	kafka_start_end(&start);
	kafka_runtime_close(runtime);
	return err;
}

/* In quotes for a shell. */
static void add_quoted(struct buf *out, const char *text)
{
	buf_add_byte(out, '\'');
	for (; *text; text++) {
		if (*text == '\'') {
			buf_add_text(out, "'\\'");
		}
		buf_add_byte(out, (uint8_t)*text);
	}
	buf_add_byte(out, '\'');
}

/* The command that moves a projection's rows aside, ready to run: if it was only the wrong broker, they can be moved back. */
static void make_command(const char *home, const char *projection, struct buf *out)
{
	char folder[PATH_MAX], aside[PATH_MAX + 32], resolved[PATH_MAX];

	snprintf(folder, sizeof folder, "%s/%s", realpath(home, resolved) ? resolved : home,
		 projection);
	snprintf(aside, sizeof aside, "%s.aside-%lld", folder,
		 (long long)(clock_wall_us() / 1000000));
	buf_add_text(out, "mv -T ");
	add_quoted(out, folder);
	buf_add_byte(out, ' ');
	add_quoted(out, aside);
}

/* Logs why it has ended, with the cure. */
static void say_end(enum err err, const struct conf *conf, const char *projection)
{
	const char *home = conf_text(conf, "home");
	struct buf command = {0};

	if (err == ERR_LOG_RECREATED || err == ERR_LOG_LOST_TAIL) {
		make_command(home, projection, &command);
		LOG(ERROR, err_text(err), LOG_TEXT("error", err_name(err)),
		    LOG_TEXT("cure", err_cure(err)), LOG_SPAN("command", buf_span(&command)));
		buf_done(&command);
	} else {
		kafka_start_say_end(err, conf_text(conf, "listen"), home);
	}
}

static enum err run(const struct conf *conf, const struct projection *projection)
{
	static struct kafka_from_conf kafka;
	char build[33], instance[PROGRAM_NAME_BYTES];

	if (sodium_init() < 0) {
		return ERR_NOMEM;
	}
	kafka_from_conf_init(&kafka, conf);
	name_build(build);
	snprintf(instance, sizeof instance, "govbus-%s-%s", projection->name,
		 conf_text(conf, "instance"));
	struct runtime_config config = {.settings = &kafka.settings,
					.projection = projection,
					.home = conf_text(conf, "home"),
					.prefix = kafka.prefix,
					.instance = instance,
					.build = build,
					.shards = (int)conf_number(conf, "shards")};

	kafka_runtime_show_init();
	return serve(conf, &config);
}

int kafka_program_main(const struct projection *projection,
		       const char *listen,
		       int argc,
		       char **argv)
{
	const struct conf_option options[] = {
		CONF_COMMON(listen),
		{"shards", "1", NULL,
		 "Number of LMDB environments, each with its own thread; changing it causes a rebuild",
		 CONF_NUMBER, 1, LIMIT_CASE_PARTITIONS},
		{0},
	};
	struct sigaction action = {.sa_handler = on_signal};
	static char program[PROGRAM_NAME_BYTES], about[128];
	struct conf *conf = NULL;

	snprintf(program, sizeof program, "govbus-%s", projection->name);
	snprintf(about, sizeof about, "Folds the log into the projection %s.", projection->name);
	enum err err = conf_load(program, about, options, argc, argv, &conf);

	if (err) {
		return err_exit_code(err);
	}
	log_open(program, conf_level(conf, "log-level"));
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	err = run(conf, projection);
	if (err) {
		say_end(err, conf, projection->name);
	} else {
		LOG(INFO, "stopped", LOG_NUMBER("exit", 0));
	}
	conf_free(conf);
	return err_exit_code(err);
}
