/* listen.c: the address that a program's HTTP server listens on. */
#include "common/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

bool listen_split(const char *text, char ret_host[LISTEN_HOST_BYTES], uint16_t *ret_port)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	char *end;

	if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (!colon || !n || n >= LISTEN_HOST_BYTES || !colon[1]) {
		return false;
	}
	unsigned long port = strtoul(colon + 1, &end, 10);

	if (*end || port > 65535) {
		return false;
	}
	memcpy(ret_host, text, n);
	ret_host[n] = 0;
	*ret_port = (uint16_t)port;
	return true;
}

enum err listen_resolve(const char *text,
			struct sockaddr_storage *ret_address,
			uint16_t *ret_port,
			bool *ret_v6)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	char host[LISTEN_HOST_BYTES];
	bool is_v4 = false, is_v6 = false;

	if (listen_split(text, host, ret_port)) {
		is_v4 = inet_pton(AF_INET, host, &v4.sin_addr) == 1;
		is_v6 = !is_v4 && inet_pton(AF_INET6, host, &v6.sin6_addr) == 1;
	}
	if (!is_v4 && !is_v6) {
		(void)fprintf(stderr,
			      "listen address %s is not ADDRESS:PORT with a numeric address\n",
			      text);
		return ERR_USAGE;
	}
	v4.sin_port = v6.sin6_port = htons(*ret_port);
	memset(ret_address, 0, sizeof *ret_address);
	if (is_v6) {
		memcpy(ret_address, &v6, sizeof v6);
	} else {
		memcpy(ret_address, &v4, sizeof v4);
	}
	*ret_v6 = is_v6;
	return ERR_OK;
}

enum err listen_failed(const char *text)
{
	LOG(ERROR, "cannot listen", LOG_TEXT("address", text),
	    LOG_TEXT("why", errno ? strerrordesc_np(errno) : "refused"),
	    LOG_TEXT("error", err_name(ERR_BUSY)),
	    LOG_TEXT("cure",
		     "stop the process that uses it, or choose another address with --listen"));
	return ERR_BUSY;
}
