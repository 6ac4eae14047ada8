/* commands_options.c: the options that commands share: the bus's home, and how to reach its gateway. */
#include "producers/commands/commands_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/conf.h"

enum { KEY_HOME = 2000, KEY_GATEWAY, KEY_TOKEN, PATH_BYTES = 1024, TOKEN_BYTES = 256 };

static const char *environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

static error_t on_option(int key, char *value, struct argp_state *state)
{
	struct commands_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		*options = (struct commands_options){
			.home = environment("GOVBUS_HOME", ".govbus"),
			.gateway = environment("GOVBUS_LISTEN", CONF_LISTEN_GATEWAY),
		};
		return 0;
	case KEY_HOME:
		options->home = value;
		return 0;
	case KEY_GATEWAY:
		options->gateway = value;
		return 0;
	case KEY_TOKEN:
		options->token_path = value;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

#define OPTION_HOME                                                                               \
	{                                                                                         \
		"home", KEY_HOME, "DIR", 0, "Home of the bus (default GOVBUS_HOME or .govbus)", 0 \
	}

static const struct argp_option HOME_OPTIONS[] = {OPTION_HOME, {0}};

static const struct argp_option GATEWAY_OPTIONS[] = {
	OPTION_HOME,
	{"gateway", KEY_GATEWAY, "ADDRESS", 0, "Gateway (default GOVBUS_LISTEN or 127.0.0.1:8080)",
	 0},
	{"token-file", KEY_TOKEN, "FILE", 0, "Token (default HOME/tokens/province)", 0},
	{0},
};

const struct argp commands_options_home = {.options = HOME_OPTIONS, .parser = on_option};
const struct argp commands_options_gateway = {.options = GATEWAY_OPTIONS, .parser = on_option};

long commands_options_number(
	const struct argp_state *state, const char *name, const char *value, long min, long max)
{
	char *end;

	errno = 0;
	long number = strtol(value, &end, 10);

	if (errno || end == value || *end || number < min || number > max) {
		argp_error(state, "%s must be a number from %ld to %ld, not %s", name, min, max,
			   value);
	}
	return number;
}

static enum err token_of(const struct commands_options *options,
			 char token[TOKEN_BYTES],
			 char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "%s/tokens/province", options->home);
	if (options->token_path) {
		snprintf(path, PATH_BYTES, "%s", options->token_path);
	}
	return http_client_token(path, token, TOKEN_BYTES);
}

void commands_options_why_no_token(const struct commands_options *options, const char *command)
{
	char path[PATH_BYTES], token[TOKEN_BYTES] = "";
	enum err err = token_of(options, token, path);

	if (err) {
		fprintf(stderr, "%s: token file %s: %s; make one with govbus token add\n", command,
			path, err_text(err));
	}
}

enum err commands_options_connect(const struct commands_options *options,
				  const char *command,
				  bool needs_token,
				  struct http_client **ret_client)
{
	char path[PATH_BYTES], token[TOKEN_BYTES] = "";
	enum err err = token_of(options, token, path);

	if (err && (needs_token || options->token_path)) {
		commands_options_why_no_token(options, command);
		return ERR_USAGE;
	}
	err = http_client_open(options->gateway, token, ret_client);
	if (err) {
		fprintf(stderr, "%s: %s: %s\n", command, options->gateway, err_text(err));
	}
	return err;
}
