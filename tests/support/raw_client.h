/* raw_client.h: a client over a raw TCP socket, that may send anything and stop anywhere. */
#ifndef GOVBUS_TESTS_SUPPORT_RAW_CLIENT_H
#define GOVBUS_TESTS_SUPPORT_RAW_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Connects to a port of 127.0.0.1; fails the test if it cannot. @return the socket @thread the test's, as all here */
int raw_client_dial(uint16_t port);

/** Sends all, or what the server takes: one that has refused may have closed. */
void raw_client_say(int s, const char *text, size_t n);
void raw_client_say_text(int s, const char *text);

/**
 * Hears until the server closes, or nothing has come for so long.
 * @param ret_text    zero-ended
 * @param ret_closed  whether it closed; may be NULL
 * @return bytes heard
 */
size_t raw_client_hear(int s, int patience_ms, char *ret_text, size_t room, bool *ret_closed);

#endif
