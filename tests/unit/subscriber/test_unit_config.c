#include "tests/unit/subscriber/place.h"

#include <stdlib.h>

#include "subscriber/config.h"

#define GOOD \
	"unit = unit-a\ndevice = d1\nstate = /var/lib/certwire\nbroker = localhost:1883\n" \
	"root_fingerprint = 01234 56789 01234 56789 01234 56789 01234 56789\n"

static bool parse(const char *text, struct config *ret, struct err *err)
{
	return config_parse("unit.conf", text, strlen(text), ret, err);
}

static void a_full_configuration_is_read(void **state)
{
	auto_config struct config config = {.unit = NULL};
	struct err err;

	(void)state;
	assert_done(parse(GOOD "quota = 2G\nkeepalive = 10\n", &config, &err));
	assert_string_equal(config.client_id, "unit-a.d1");
	assert_string_equal(config.inbox, "/var/lib/certwire/inbox");
	assert_int_equal(config.quota_bytes, INT64_C(2) << 30);
	assert_int_equal(config.keepalive_s, 10);
	assert_int_equal(config.sync_interval_s, 60);
}

static void what_is_wrong_is_refused_by_name(void **state)
{
	static const char *const wrong[][2] = {
		{GOOD "colour = red\n", "colour"},
		{GOOD "unit = unit-b\n", "unit"},
		{"unit = unit-a\n", "device"},
		{GOOD "quota = 2X\n", "quota"},
		{GOOD "quota = -1\n", "quota"},
		{GOOD "log_level = loud\n", "log_level"},
		{GOOD "keepalive = 61\n", "keepalive"},
		{"unit = Unit\ndevice = d1\nstate = /s\nbroker = localhost:1\nroot_fingerprint = 1\n",
			"no unit id"},
		{"unit = dispatcher\ndevice = d1\nstate = /s\nbroker = localhost:1\nroot_fingerprint = 1\n",
			"no unit id"},
	};
	struct config config;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_refused(parse(wrong[i][0], &config, &err), ERR_USAGE, wrong[i][1]);
	}
}

static void brokers_are_told_apart(void **state)
{
	struct broker broker;
	struct err err;

	(void)state;
	assert_done(broker_parse("mqtts://broker.example.cn:8883", &broker, &err));
	assert_true(broker.tls);
	assert_string_equal(broker.name, "broker.example.cn:8883");
	assert_string_equal(broker.host, "broker.example.cn");
	assert_done(broker_parse("[::1]:1883", &broker, &err));
	assert_string_equal(broker.host, "::1");
	assert_string_equal(broker.name, "[::1]:1883");
	assert_done(broker_parse("127.0.0.2:65535", &broker, &err));
	assert_int_equal(broker.port, 65535);
}

static void without_tls_only_this_machine_is_let_through(void **state)
{
	static const char *const far[] = {"broker.example.cn:1883", "10.0.0.1:1883", "128.0.0.1:1883",
		"localhost.example.cn:1883", "[fe80::1]:1883", "127.0.0.1.example.cn:1"};
	struct broker broker;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(far); i++) {
		assert_refused(broker_parse(far[i], &broker, &err), ERR_USAGE, "without TLS");
	}
}

static void what_is_no_broker_is_refused(void **state)
{
	static const char *const wrong[] = {"", ":", "localhost", "localhost:", "localhost:0",
		"localhost:65536", "localhost:1883x", "::1:1883", "local host:1883", ":1883", "[]:1883",
		"mqtt://localhost:1883", "mqtts://:1", "localhost:01"};
	struct broker broker;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_refused(broker_parse(wrong[i], &broker, &err), ERR_USAGE, "broker");
	}
}

static void tls_needs_certificates_to_check_by(void **state)
{
	struct config config;
	struct err err;

	(void)state;
	assert_refused(parse("unit = unit-a\ndevice = d1\nstate = /s\nbroker = mqtts://b.cn:8883\n"
						 "root_fingerprint = 01234 56789 01234 56789 01234 56789 01234 56789\n",
					   &config, &err),
		ERR_USAGE, "broker_ca");
}

static void a_certificate_of_our_own_comes_with_its_key_and_with_tls(void **state)
{
	auto_config struct config config = {.unit = NULL};
	struct err err;

	(void)state;
	assert_refused(parse(GOOD "tls_certificate = tls.crt\n", &config, &err), ERR_USAGE,
		"tls_certificate is set without tls_key");
	assert_refused(parse(GOOD "tls_key = tls.key\n", &config, &err), ERR_USAGE,
		"tls_key is set without tls_certificate");
	assert_refused(parse(GOOD "tls_key = tls.key\ntls_certificate = tls.crt\n", &config, &err),
		ERR_USAGE, "no broker is given as mqtts://");
	assert_done(parse("unit = unit-a\ndevice = d1\nstate = /s\nbroker_ca = /ca\n"
					  "broker = localhost:1883, mqtts://b.cn:8884\n"
					  "root_fingerprint = 01234 56789 01234 56789 01234 56789 01234 56789\n"
					  "tls_certificate = /s/tls.crt\ntls_key = /s/tls.key\n",
		&config, &err));
	assert_string_equal(config.tls_certificate, "/s/tls.crt");
	assert_string_equal(config.tls_key, "/s/tls.key");
}

static void sizes_have_units(void **state)
{
	static const char *const wrong[] = {
		"", "G", "1GB", "1.5G", " 1G", "99999999999999999999", "1g"};
	struct err err;
	int64_t size;

	(void)state;
	assert_done(config_parse_size("0", &size, &err));
	assert_int_equal(size, 0);
	assert_done(config_parse_size("500M", &size, &err));
	assert_int_equal(size, 500 * 1024 * 1024);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_refused(config_parse_size(wrong[i], &size, &err), ERR_USAGE, "is no size");
	}
}

static void who_has_no_configuration_is_told_how_to_begin(void **state)
{
	const struct config_sources nothing = {.path = NULL};
	const struct config_sources folder = {.state_dir = "/nonexistent/state"};
	const struct config_sources file = {.path = "/nonexistent/unit.conf"};
	struct config config;
	struct err err;

	(void)state;
	assert_int_equal(setenv("XDG_CONFIG_HOME", "/nonexistent", 1), 0);
	assert_refused(config_load(&nothing, &config, &err), ERR_USAGE, "certwire-unit enroll");
	assert_refused(
		config_load(&folder, &config, &err), ERR_USAGE, "'/nonexistent/state/unit.conf'");
	assert_refused(config_load(&file, &config, &err), ERR_SYSTEM, "cannot open");
}

static void the_environment_goes_over_the_file_and_the_command_line_over_both(void **state)
{
	static const char text[] = GOOD "keepalive = 10\nquota = 1G\nlog_level = error\n";
	static const char *const settings[] = {"keepalive=30", "log_level = nonsense", NULL};
	const char *right[] = {"keepalive=30", NULL};
	struct config_sources sources = {.settings = right, .state_dir = "/elsewhere"};
	auto_config struct config config = {.unit = NULL};
	auto_buf struct buf shown = BUF_INIT(65536);
	char path[128];
	char place[64];
	struct err err;

	(void)state;
	place_make(place);
	(void)snprintf(path, sizeof path, "%s/unit.conf", place);
	assert_done(file_write_atomic(path, text, strlen(text), 0600, &err));
	sources.path = path;
	assert_int_equal(setenv("CERTWIRE_UNIT_QUOTA", "2G", 1), 0);
	assert_int_equal(setenv("CERTWIRE_UNIT_KEEPALIVE", "20", 1), 0);
	assert_done(config_load(&sources, &config, &err));
	assert_int_equal(config.quota_bytes, INT64_C(2) << 30);
	assert_int_equal(config.keepalive_s, 30);
	assert_string_equal(config.state, "/elsewhere");
	assert_int_equal(config.log_level, LOG_LEVEL_ERROR);
	assert_done(conf_show(&config.conf, &shown, &err));
	assert_non_null(strstr(buf_str(&shown), "quota = 2G  # CERTWIRE_UNIT_QUOTA\n"));
	assert_non_null(strstr(buf_str(&shown), "keepalive = 30"));
	assert_non_null(strstr(buf_str(&shown), "# --set\n"));
	assert_non_null(strstr(buf_str(&shown), "unit.conf:8\n"));
	assert_non_null(strstr(buf_str(&shown), "# default\n"));
	config_release(&config);
	sources.settings = settings;
	assert_refused(config_load(&sources, &config, &err), ERR_USAGE, "--set");
	sources.settings = NULL;
	assert_int_equal(setenv("CERTWIRE_UNIT_COLOUR", "red", 1), 0);
	assert_refused(
		config_load(&sources, &config, &err), ERR_USAGE, "CERTWIRE_UNIT_COLOUR: unknown");
	assert_int_equal(unsetenv("CERTWIRE_UNIT_COLOUR"), 0);
	assert_int_equal(unsetenv("CERTWIRE_UNIT_QUOTA"), 0);
	assert_int_equal(unsetenv("CERTWIRE_UNIT_KEEPALIVE"), 0);
	place_remove(place);
}

static void a_commented_file_says_every_key_and_is_read_again(void **state)
{
	auto_config struct config config = {.unit = NULL};
	auto_buf struct buf text = BUF_INIT(CONF_TEXT_MAX);
	struct err err;

	(void)state;
	assert_done(buf_append_str(&text, GOOD, &err));
	assert_done(config_comment(&text, &err));
	for (const struct conf_key *key = config_keys; key->name; key++)
		assert_non_null(strstr(buf_str(&text), key->name));
	assert_null(strstr(buf_str(&text), "# unit ="));
	assert_done(parse(buf_str(&text), &config, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_configuration_is_read),
		cmocka_unit_test(what_is_wrong_is_refused_by_name),
		cmocka_unit_test(brokers_are_told_apart),
		cmocka_unit_test(without_tls_only_this_machine_is_let_through),
		cmocka_unit_test(what_is_no_broker_is_refused),
		cmocka_unit_test(tls_needs_certificates_to_check_by),
		cmocka_unit_test(a_certificate_of_our_own_comes_with_its_key_and_with_tls),
		cmocka_unit_test(sizes_have_units),
		cmocka_unit_test(who_has_no_configuration_is_told_how_to_begin),
		cmocka_unit_test(the_environment_goes_over_the_file_and_the_command_line_over_both),
		cmocka_unit_test(a_commented_file_says_every_key_and_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
