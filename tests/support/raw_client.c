/* raw_client.c: a client over a raw TCP socket, that may send anything and stop anywhere. */
#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/cmocka_all.h"

int raw_client_dial(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(inet_pton(AF_INET, "127.0.0.1", &address.sin_addr), 1);
	assert_int_equal(connect(s, (struct sockaddr *)&address, sizeof address), 0);
	return s;
}

void raw_client_say(int s, const char *text, size_t n)
{
	while (n) {
		ssize_t sent = send(s, text, n, MSG_NOSIGNAL);

		if (sent <= 0) {
			return;
		}
		text += sent;
		n -= (size_t)sent;
	}
}

void raw_client_say_text(int s, const char *text)
{
	raw_client_say(s, text, strlen(text));
}

size_t raw_client_hear(int s, int patience_ms, char *ret_text, size_t room, bool *ret_closed)
{
	size_t n = 0;
	struct pollfd ready = {.fd = s, .events = POLLIN};
	ssize_t got = 1;

	while (n + 1 < room && got > 0 && poll(&ready, 1, patience_ms) > 0) {
		got = recv(s, ret_text + n, room - n - 1, 0);
		n += got > 0 ? (size_t)got : 0;
	}
	ret_text[n] = '\0';
	if (ret_closed) {
		*ret_closed = got <= 0;
	}
	return n;
}
