/* listen_test.c: an address to listen on is ADDRESS:PORT with a numeric address, IPv6 in brackets. */
#include "common/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "tests/support/cmocka_all.h"

/* Host and port are taken apart at the last colon; whatever is not of the form is refused. */
static void test_split(void **state)
{
	char host[LISTEN_HOST_BYTES];
	uint16_t port;

	(void)state;
	assert_true(listen_split("127.0.0.1:8080", host, &port));
	assert_string_equal(host, "127.0.0.1");
	assert_int_equal(port, 8080);
	assert_true(listen_split("[::1]:9", host, &port));
	assert_string_equal(host, "::1");
	assert_false(listen_split("8080", host, &port));
	assert_false(listen_split(":8080", host, &port));
	assert_false(listen_split("127.0.0.1:", host, &port));
	assert_false(listen_split("127.0.0.1:70000", host, &port));
}

/* The socket address is of the family of the text, and a name is refused. */
static void test_resolve(void **state)
{
	struct sockaddr_storage address;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;
	uint16_t port;
	bool is_v6;

	(void)state;
	assert_int_equal(listen_resolve("127.0.0.1:8080", &address, &port, &is_v6), ERR_OK);
	assert_false(is_v6);
	assert_int_equal(v4->sin_family, AF_INET);
	assert_int_equal(ntohs(v4->sin_port), 8080);
	assert_int_equal(ntohl(v4->sin_addr.s_addr), INADDR_LOOPBACK);
	assert_int_equal(listen_resolve("[::1]:9", &address, &port, &is_v6), ERR_OK);
	assert_true(is_v6);
	assert_int_equal(v6->sin6_family, AF_INET6);
	assert_int_equal(ntohs(v6->sin6_port), 9);
	assert_int_equal(listen_resolve("localhost:8080", &address, &port, &is_v6), ERR_USAGE);
	assert_int_equal(listen_resolve("8080", &address, &port, &is_v6), ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_split),
					   cmocka_unit_test(test_resolve)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
