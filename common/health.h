/* health.h: /healthz, /readyz and /metrics of a program, on a small HTTP server of its own. */
#ifndef GOVBUS_COMMON_HEALTH_H
#define GOVBUS_COMMON_HEALTH_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"

/*
 * Tells how the program is: appends what is wrong, one reason a line, each with its cure.
 * @return true if all is well. Called from the server's thread.
 */
typedef bool health_probe(void *context, struct buf *reasons);

struct health_config {
	const char *listen;    /* "127.0.0.1:8081" */
	health_probe *healthy; /* is the process sound? */
	health_probe *ready;   /* does it do its work now? */
	void *context;
};

struct health;

/**
 * Starts the server.
 * @return BUSY when the port is taken, USAGE when listen is not ADDRESS:PORT; the reason and its cure stand in one line on standard error
 */
enum err health_start(const struct health_config *config, struct health **ret_health);

/** Stops it; NULL is fine. */
void health_stop(struct health *health);

#endif
