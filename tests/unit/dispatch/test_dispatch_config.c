#include "tests/unit/test.h"

#include "publisher/dispatch/config.h"

#include <arpa/inet.h>

static void a_broker_is_named_by_host_and_port(void **state)
{
	struct broker_address address;
	struct err err;

	(void)state;
	assert_done(config_parse_broker("mqtts://broker.example:8883", &address, &err));
	assert_string_equal(address.name, "broker.example:8883");
	assert_string_equal(address.host, "broker.example");
	assert_int_equal(address.port, 8883);
	assert_true(address.tls);
	assert_done(config_parse_broker("mqtt://[::1]:1883", &address, &err));
	assert_string_equal(address.name, "[::1]:1883");
	assert_string_equal(address.host, "::1");
	assert_false(address.tls);
}

static void without_tls_only_this_machine_is_spoken_to(void **state)
{
	static const char *const good[] = {
		"127.0.0.1:1883", "127.9.9.9:1", "localhost:1883", "mqtt://localhost:65535"};
	static const char *const bad[] = {"broker.example:1883", "10.0.0.1:1883", "128.0.0.1:1883",
		"mqtt://[fe80::1]:1883", "127.0.0.1.example:1883", "localhost.example:1883"};
	struct broker_address address;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_done(config_parse_broker(good[i], &address, &err));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_refused(config_parse_broker(bad[i], &address, &err), ERR_USAGE, "mqtts://");
}

static void what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {"", ":1883", "localhost", "localhost:", "localhost:0",
		"localhost:65536", "localhost:1883x", "localhost:+1", "::1:1883", "mqtts://:8883",
		"mqtts://[]:1"};
	struct broker_address address;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_refused(config_parse_broker(bad[i], &address, &err), ERR_USAGE, "broker '");
}

static void metrics_are_served_on_this_machine_alone(void **state)
{
	static const char *const bad[] = {
		"0.0.0.0:9464", "10.0.0.1:9464", "metrics.example:9464", "[::]:9464"};
	struct sockaddr_storage address;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
	struct err err;

	(void)state;
	assert_done(config_parse_metrics("127.0.0.1:9464", &address, &err));
	assert_int_equal(v4->sin_family, AF_INET);
	assert_int_equal(ntohs(v4->sin_port), 9464);
	assert_int_equal(ntohl(v4->sin_addr.s_addr), INADDR_LOOPBACK);
	assert_done(config_parse_metrics("localhost:1", &address, &err));
	assert_int_equal(ntohl(v4->sin_addr.s_addr), INADDR_LOOPBACK);
	assert_done(config_parse_metrics("[::1]:9464", &address, &err));
	assert_int_equal(address.ss_family, AF_INET6);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_refused(
			config_parse_metrics(bad[i], &address, &err), ERR_USAGE, "not on this machine");
	assert_refused(config_parse_metrics("9464", &address, &err), ERR_USAGE, "metrics '9464'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broker_is_named_by_host_and_port),
		cmocka_unit_test(without_tls_only_this_machine_is_spoken_to),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(metrics_are_served_on_this_machine_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
