/* gateway_main.c: govbus-gateway: the HTTP door, and the queries. */
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <time.h>

#include "common/kafka_from_conf.h"
#include "common/log.h"
#include "consumers/kafka_start.h"
#include "producers/gateway/kafka_gateway.h"

enum { KEPT_BYTES = 16 * 1024 * 1024 }; /* by each of malloc's arenas */

static const char ABOUT[] =
	"The door of the bus: takes actions over HTTP, answers with their outcomes, and answers queries.";

/* A batch takes and gives back a megabyte or two. Kept for the next one: given to the kernel each time, its pages are cleared each time. */
static void memory_keep(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}

/* Until it is told to end, or must; twenty times a second readings let go, once a second it looks after its readers. */
static enum err run(struct kafka_gateway *gateway, const sigset_t *signals)
{
	enum { TURNS = 20 };
	static const struct timespec TURN = {0, 1000000000 / TURNS};

	enum err err = ERR_OK;

	for (int turn = 1; !err && sigtimedwait(signals, NULL, &TURN) < 0; turn++) {
		kafka_gateway_rest(gateway);
		if (turn % TURNS == 0) {
			turn = 0;
			err = kafka_gateway_tend(gateway);
		}
	}
	return err;
}

int main(int argc, char **argv)
{
	struct conf *conf = NULL;
	struct kafka_gateway *gateway = NULL;
	static struct kafka_from_conf kafka;
	sigset_t signals;
	enum err err = conf_load("govbus-gateway", ABOUT, kafka_gateway_options, argc, argv, &conf);

	if (err) {
		return err_exit_code(err);
	}
	memory_keep();
	/* Each new case takes a key and nonces: from libsodium's own generator, seeded by the kernel's, not by a system call each. */
	randombytes_set_implementation(&randombytes_internal_implementation);
	log_open("govbus-gateway", conf_level(conf, "log-level"));
	/* Blocked before any thread starts, so that all of them leave it to us. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	kafka_from_conf_init(&kafka, conf);
	err = kafka_gateway_start(conf, &kafka.settings, &gateway);
	if (!err) {
		LOG(INFO, "listening", LOG_TEXT("address", conf_text(conf, "listen")));
		err = run(gateway, &signals);
		LOG(INFO, "stopping", LOG_TEXT("why", err ? err_name(err) : "signal"));
		kafka_gateway_stop(gateway);
		if (err) {
			kafka_start_say_end(err, conf_text(conf, "listen"),
					    conf_text(conf, "home"));
		}
	}
	conf_free(conf);
	return err_exit_code(err);
}
