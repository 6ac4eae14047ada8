/* listen.h: the address that a program's HTTP server listens on, as it stands in an option. */
#ifndef GOVBUS_COMMON_LISTEN_H
#define GOVBUS_COMMON_LISTEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/err.h"

enum { LISTEN_HOST_BYTES = 64 };

/** Splits "127.0.0.1:8080" or "[::1]:8080". @return false if it is not of that form @thread any, as all here */
bool listen_split(const char *text, char ret_host[LISTEN_HOST_BYTES], uint16_t *ret_port);

/**
 * The socket address to bind to.
 * @param ret_v6  whether it is an IPv6 address
 * @return USAGE, with the reason on standard error, when the text is not ADDRESS:PORT with a numeric address
 */
enum err listen_resolve(const char *text,
			struct sockaddr_storage *ret_address,
			uint16_t *ret_port,
			bool *ret_v6);

/** Logs that nobody can listen there, why (from errno), and the cure. @return BUSY */
enum err listen_failed(const char *text);

#endif
