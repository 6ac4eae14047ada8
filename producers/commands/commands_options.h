/* commands_options.h: the options that commands share, as argp children: the bus's home, and how to reach its gateway. */
#ifndef GOVBUS_PRODUCERS_COMMANDS_COMMANDS_OPTIONS_H
#define GOVBUS_PRODUCERS_COMMANDS_COMMANDS_OPTIONS_H

#include <argp.h>

#include "producers/commands/http_client.h"

/* Set by either parser below before any option is read: from the environment, else the default; an empty variable counts as absent. */
struct commands_options {
	const char *home, *gateway;
	const char *token_path; /* NULL: HOME/tokens/province */
};

/* A command names one of these as its argp's child and, on ARGP_KEY_INIT, gives it a struct commands_options as its input. */

/** --home */
extern const struct argp commands_options_home;

/** --home, --gateway, --token-file */
extern const struct argp commands_options_gateway;

/** Reads a number from min to max; anything else ends the program with the usage. */
long commands_options_number(
	const struct argp_state *state, const char *name, const char *value, long min, long max);

/**
 * Opens a client of the gateway with the token. Errors are reported on standard error.
 * @param command      for that, such as "govbus query"
 * @param needs_token  whether the default token must be there; one that was named must always be
 * @return USAGE (no token, no address), NOMEM
 */
enum err commands_options_connect(const struct commands_options *options,
				  const char *command,
				  bool needs_token,
				  struct http_client **ret_client);

/** To a user whose token was not enough: says so on standard error if there was none to send. */
void commands_options_why_no_token(const struct commands_options *options, const char *command);

#endif
