/* http_client.c: the commands' way to a gateway (libcurl). */
#include "producers/commands/http_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"

enum { ANSWER_LIMIT_BYTES = 64 << 20, TIMEOUT_S = 60 };

struct http_client {
	CURL *curl;
	char *address;
	char authorization[256];
	char why[CURL_ERROR_SIZE];
	http_client_wait *wait;
	void *wait_context;
	int64_t began_us; /* steady; of the request under way */
};

/* ADDRESS:PORT; as a browser has it too, since that is how a bus tells where it is. */
static char *address_of(const char *address)
{
	struct span text = span_cstr(address);

	if (span_starts(text, SPAN("http://"))) {
		text = span_of(text.p + 7, text.n - 7);
	}
	while (text.n && text.p[text.n - 1] == '/') {
		text.n--;
	}
	return strndup(text.p ? (const char *)text.p : "", text.n);
}

enum err http_client_open(const char *address, const char *token, struct http_client **ret_client)
{
	struct http_client *client = calloc(1, sizeof *client);

	if (!client || curl_global_init(CURL_GLOBAL_DEFAULT)) {
		free(client);
		return ERR_NOMEM;
	}
	client->curl = curl_easy_init();
	client->address = address_of(address);
	if (!client->curl || !client->address) {
		http_client_close(client);
		return ERR_NOMEM;
	}
	if (token && *token) {
		snprintf(client->authorization, sizeof client->authorization,
			 "Authorization: Bearer %s", token);
	}
	*ret_client = client;
	return ERR_OK;
}

void http_client_close(struct http_client *client)
{
	if (client) {
		curl_easy_cleanup(client->curl);
		free(client->address);
		free(client);
		curl_global_cleanup();
	}
}

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
	struct buf *body = context;

	buf_add(body, span_of(bytes, size * n));
	return body->err ? 0 : size * n;
}

static int on_progress(
	void *context, curl_off_t all_in, curl_off_t in, curl_off_t all_out, curl_off_t out)
{
	const struct http_client *client = context;

	(void)all_in, (void)in, (void)all_out, (void)out;
	if (client->wait) {
		client->wait(client->wait_context, clock_steady_us() - client->began_us);
	}
	return 0;
}

void http_client_on_wait(struct http_client *client, http_client_wait *wait, void *context)
{
	client->wait = wait;
	client->wait_context = context;
	curl_easy_setopt(client->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(client->curl, CURLOPT_XFERINFODATA, client);
	curl_easy_setopt(client->curl, CURLOPT_NOPROGRESS, wait ? 0L : 1L);
}

static enum err perform(struct http_client *client,
			struct curl_slist *headers,
			struct http_client_answer *answer)
{
	long status = 0;
	curl_off_t retry = 0;

	if (*client->authorization) {
		headers = curl_slist_append(headers, client->authorization);
	}
	headers = curl_slist_append(headers, "Expect:");
	buf_reset(&answer->body);
	answer->body.limit_bytes = ANSWER_LIMIT_BYTES;
	client->why[0] = 0;
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(client->curl, CURLOPT_ERRORBUFFER, client->why);
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &answer->body);
	curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
	curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(client->curl, CURLOPT_NOPROXY, "*");
	client->began_us = clock_steady_us();
	CURLcode code = curl_easy_perform(client->curl);

	curl_slist_free_all(headers);
	if (code != CURLE_OK) {
		if (!client->why[0]) {
			snprintf(client->why, sizeof client->why, "%s", curl_easy_strerror(code));
		}
		return ERR_KAFKA_AWAY;
	}
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(client->curl, CURLINFO_RETRY_AFTER, &retry);
	answer->status = (int)status;
	answer->retry_after_s = (int)retry;
	return ERR_OK;
}

static enum err set_url(struct http_client *client, const char *path)
{
	struct buf url = {0};

	buf_printf(&url, "http://%s%s", client->address, path);
	buf_add_byte(&url, 0);
	enum err err = url.err;

	if (!err) {
		curl_easy_setopt(client->curl, CURLOPT_URL, (char *)url.p);
	}
	buf_done(&url);
	return err;
}

enum err http_client_get(struct http_client *client,
			 const char *path,
			 struct http_client_answer *answer)
{
	enum err err = set_url(client, path);

	curl_easy_setopt(client->curl, CURLOPT_HTTPGET, 1L);
	return err ? err : perform(client, NULL, answer);
}

enum err http_client_post(struct http_client *client,
			  const char *path,
			  const char *type,
			  struct span body,
			  struct http_client_answer *answer)
{
	char content_type[128];
	enum err err = set_url(client, path);

	snprintf(content_type, sizeof content_type, "Content-Type: %s", type);
	curl_easy_setopt(client->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, (const char *)body.p);
	return err ? err : perform(client, curl_slist_append(NULL, content_type), answer);
}

const char *http_client_why(const struct http_client *client)
{
	return client->why;
}

void http_client_escape(struct http_client *client, struct buf *out, struct span text)
{
	char *escaped = curl_easy_escape(client->curl, (const char *)text.p, (int)text.n);

	if (escaped) {
		buf_add_text(out, escaped);
	} else {
		out->err = ERR_NOMEM;
	}
	curl_free(escaped);
}

enum err http_client_token(const char *path, char *ret_token, size_t size)
{
	FILE *file = fopen(path, "re");

	if (!file) {
		return ERR_ABSENT;
	}
	bool read = fgets(ret_token, (int)size, file) != NULL;

	fclose(file);
	if (!read) {
		return ERR_IO;
	}
	size_t n = strcspn(ret_token, "\r\n");

	if (n + 1 == size) {
		return ERR_TOO_BIG;
	}
	ret_token[n] = 0;
	return ERR_OK;
}
