/* http_client.h: the commands' way to a gateway: one connection, a bearer token, bounded answers (libcurl). */
#ifndef GOVBUS_PRODUCERS_COMMANDS_HTTP_CLIENT_H
#define GOVBUS_PRODUCERS_COMMANDS_HTTP_CLIENT_H

#include "common/buf.h"
#include "common/err.h"

struct http_client;

/* An answer. */
struct http_client_answer {
	int status;
	int retry_after_s; /* of a 503; 0: not said */
	struct buf body;
};

/**
 * @param address  "127.0.0.1:8080" (http is put before it)
 * @param token    bearer token; NULL or "": none
 * @return NOMEM
 * @thread one, as all here
 */
enum err http_client_open(const char *address, const char *token, struct http_client **ret_client);

/** Closes; NULL is fine. */
void http_client_close(struct http_client *client);

/** GET. @param path begins with / @param answer its body is reset first; the caller's to free @return KAFKA_AWAY: no gateway answers there; why is in http_client_why */
enum err http_client_get(struct http_client *client,
			 const char *path,
			 struct http_client_answer *answer);

/** POST. @param type content type */
enum err http_client_post(struct http_client *client,
			  const char *path,
			  const char *type,
			  struct span body,
			  struct http_client_answer *answer);

/* Called about once a second while a request has no whole answer. */
typedef void http_client_wait(void *context, int64_t waited_us);

/** From now on, @p wait is called during requests; NULL: no longer. */
void http_client_on_wait(struct http_client *client, http_client_wait *wait, void *context);

/** Why the last call failed, for people. Borrowed. */
const char *http_client_why(const struct http_client *client);

/** Appends text, percent-encoded. */
void http_client_escape(struct http_client *client, struct buf *out, struct span text);

/** Reads a token file: its first line. @param ret_token room for size bytes @return ABSENT, TOO_BIG, IO */
enum err http_client_token(const char *path, char *ret_token, size_t size);

#endif
