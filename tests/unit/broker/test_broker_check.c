#include "tests/unit/test.h"

#include "broker-plugins/check/check.h"
#include "common/file.h"

#include <stdlib.h>

#define FILE_NAME "test.conf"
#define FINGERPRINT "01234 56789 01234 56789 01234 56789 01234 56789"

static struct buf shipped = BUF_INIT(65536);

/* Replaces what is to be edited in the shipped configuration, so that nothing is left to find. */
static int read_shipped(void **state)
{
	static const char edit[] = "PUT THE EIGHT GROUPS OF DIGITS HERE";
	auto_buf struct buf text = BUF_INIT(65536);
	const char *at;
	struct err err;

	(void)state;
	if (!file_read(CERTWIRE_SOURCE_DIR "/broker-plugins/mosquitto.conf", 65536, &text, &err))
		return -1;
	at = buf_str(&text);
	for (const char *found; (found = strstr(at, edit)); at = found + strlen(edit))
		if (!buf_append(&shipped, at, (size_t)(found - at), &err) ||
			!buf_append_str(&shipped, FINGERPRINT, &err))
			return -1;
	return buf_append_str(&shipped, at, &err) ? 0 : -1;
}

static int free_shipped(void **state)
{
	(void)state;
	buf_release(&shipped);
	return 0;
}

static void check_text(const char *text, struct findings *findings)
{
	auto_lines struct lines lines = LINES_INIT;
	struct err err;

	findings_init(findings);
	assert_done(lines_parse(&lines, FILE_NAME, text, strlen(text), &err));
	check_all(&lines, FILE_NAME, findings);
	assert_false(findings->is_incomplete);
}

/* The shipped configuration with one more line; exactly one finding that holds `part`. */
static void assert_found_with(const char *line, const char *part)
{
	auto_buf struct buf text = BUF_INIT(65536);
	struct findings findings;
	struct err err;

	assert_done(buf_printf(&text, &err, "%s%s\n", buf_str(&shipped), line));
	check_text(buf_str(&text), &findings);
	if (findings.count != 1 || !strstr(buf_str(&findings.text), part))
		fail_msg("'%s': %zu findings:\n%s", line, findings.count, buf_str(&findings.text));
	findings_release(&findings);
}

/* The shipped configuration, every `from` in it replaced; a finding that holds `part`. */
static void assert_found_when(const char *from, const char *to, const char *part)
{
	auto_buf struct buf text = BUF_INIT(65536);
	struct findings findings;
	const char *at = buf_str(&shipped);
	struct err err;

	assert_non_null(strstr(at, from));
	for (const char *found; (found = strstr(at, from)); at = found + strlen(from)) {
		assert_done(buf_append(&text, at, (size_t)(found - at), &err));
		assert_done(buf_append_str(&text, to, &err));
	}
	assert_done(buf_append_str(&text, at, &err));
	check_text(buf_str(&text), &findings);
	if (findings.count == 0 || !strstr(buf_str(&findings.text), part))
		fail_msg(
			"'%s' for '%s': %zu findings:\n%s", to, from, findings.count, buf_str(&findings.text));
	findings_release(&findings);
}

static void the_shipped_configuration_keeps_every_promise(void **state)
{
	struct findings findings;

	(void)state;
	check_text(buf_str(&shipped), &findings);
	assert_string_equal(buf_str(&findings.text), "");
	assert_string_equal(buf_str(&findings.warnings), "");
	findings_release(&findings);
}

static void each_line_that_breaks_a_promise_is_found(void **state)
{
	static const struct {
		const char *line;
		const char *part;
	} rows[] = {
		{"per_listener_settings true", "'per_listener_settings true'"},
		{"per_listener_settings 1", "'per_listener_settings true'"},
		{"allow_anonymous true", "'allow_anonymous true'"},
		{"persistence true", "'persistence true'"},
		{"retain_available true", "'retain_available true'"},
		{"use_identity_as_username true", "use_identity_as_username"},
		{"use_subject_as_username true", "use_subject_as_username"},
		{"use_username_as_clientid true", "use_username_as_clientid"},
		{"password_file /etc/passwd", "'password_file'"},
		{"acl_file /etc/acl", "'acl_file'"},
		{"psk_file /etc/psk", "'psk_file'"},
		{"psk_hint x", "'psk_hint'"},
		{"memory_limit 1000000", "'memory_limit'"},
		{"connection other", "'connection'"},
		{"bridge_cafile x", "'bridge_cafile'"},
		{"max_qos 2", "'max_qos 2'"},
		{"max_packet_size 1000000", "'max_packet_size 1000000'"},
		{"max_packet_size 1000", "'max_packet_size 1000'"},
		{"max_queued_messages 0", "'max_queued_messages 0'"},
		{"max_queued_bytes 0", "'max_queued_bytes 0'"},
		{"max_inflight_bytes 0", "'max_inflight_bytes 0'"},
		{"log_type all", "'log_type all'"},
		{"log_type debug", "'log_type debug'"},
		{"protocol websockets", "'protocol websockets'"},
		{"mount_point x/", "'mount_point'"},
		{"bind_interface eth0", "'bind_interface'"},
		{"port 1884", "'port'"},
		{"plugin /usr/lib/mosquitto_dynamic_security.so", "none of Certwire's"},
		{"auth_plugin /usr/lib/other.so", "none of Certwire's"},
		{"plugin /elsewhere/certwire_receipts.so", "loaded twice"},
		{"plugin_opt_ring_sizes 5", "unknown key 'ring_sizes'"},
		{"listener 1885\nmax_qos 1", "without TLS"},
		{"listener 1885 0.0.0.0\nmax_qos 1", "without TLS"},
		{"listener 1885 10.0.0.1 # inside\nmax_qos 1", "without TLS"},
		{"listener 1885\nmax_qos 1\ncertfile x", "without TLS"},
		{"listener 1885 ::1", "allows QoS 2"},
		{"listener 1885 127.0.0.1\nmax_qos one", "'max_qos one'"},
		{"tls_version tlsv1.1", "'tls_version tlsv1.1'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_found_with(rows[i].line, rows[i].part);
}

static void each_setting_that_must_not_be_missing_is_missed(void **state)
{
	static const struct {
		const char *from;
		const char *part;
	} rows[] = {
		{"\nallow_anonymous false", "'allow_anonymous' is missing"},
		{"\nretain_available false", "'retain_available' is missing"},
		{"\nmax_packet_size 131072", "'max_packet_size' is missing"},
		{"\nmax_inflight_bytes 2097152", "'max_inflight_bytes' is missing"},
		{"\nmax_queued_messages 10000", "'max_queued_messages' is missing"},
		{"\nmax_queued_bytes 33554432", "'max_queued_bytes' is missing"},
		{"\nmax_qos 1", "allows QoS 2"},
		{"\nkeyfile /etc/certwire/broker/tls.key", "without TLS"},
		{"\nlistener", "no 'listener'"},
		{"\nplugin /usr/local/lib/certwire/certwire_entitlement.so",
			"certwire_entitlement.so is not loaded"},
		{"\nplugin /usr/local/lib/certwire/certwire_receipts.so",
			"certwire_receipts.so is not loaded"},
		{"\nplugin_opt_root_fingerprint " FINGERPRINT, "'root_fingerprint' is missing"},
		{"\nplugin_opt_broker_name broker-a.example.org:8883,127.0.0.1:1883",
			"'broker_name' is missing"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_found_when(rows[i].from, "\n#", rows[i].part);
}

static void the_order_of_the_plugins_is_checked(void **state)
{
	static const char text[] = "plugin /lib/certwire_receipts.so\n"
							   "plugin /lib/certwire_entitlement.so\n";
	struct findings findings;

	(void)state;
	check_text(text, &findings);
	assert_non_null(strstr(buf_str(&findings.text), "rights come first"));
	findings_release(&findings);
}

static void a_password_in_the_configuration_is_found(void **state)
{
	(void)state;
	assert_found_when("passfile=/etc/certwire/broker/pgpass", "password=secret", "password");
}

static void plugins_that_disagree_are_found(void **state)
{
	auto_buf struct buf text = BUF_INIT(65536);
	struct findings findings;
	struct err err;
	char *second;

	(void)state;
	assert_done(buf_append_str(&text, buf_str(&shipped), &err));
	second = strstr((char *)text.data, FINGERPRINT);
	second = strstr(second + 1, FINGERPRINT);
	second[0] = '9';
	check_text(buf_str(&text), &findings);
	assert_int_equal(findings.count, 1);
	assert_non_null(strstr(buf_str(&findings.text), "different root fingerprints"));
	findings_release(&findings);
}

static void certificates_that_no_client_can_show_are_found(void **state)
{
	(void)state;
	assert_found_with("require_certificate true", "certificates of nobody's making");
	assert_found_when("plugin_opt_require_certificate false", "plugin_opt_require_certificate true",
		"'listener 8883' asks no client for the certificate");
	assert_found_when("plugin_opt_reload_interval 600", "plugin_opt_reload_interval 0",
		"plugin_opt_reload_interval");
}

static void a_setting_that_is_not_known_is_pointed_out(void **state)
{
	auto_buf struct buf text = BUF_INIT(65536);
	struct findings findings;
	struct err err;

	(void)state;
	assert_done(buf_printf(&text, &err, "%sfuture_setting true\n", buf_str(&shipped)));
	check_text(buf_str(&text), &findings);
	assert_int_equal(findings.count, 0);
	assert_non_null(strstr(buf_str(&findings.warnings), "'future_setting' is not known here"));
	findings_release(&findings);
}

static void findings_name_file_and_line(void **state)
{
	struct findings findings;

	(void)state;
	check_text("# one\n\npersistence true\r\n", &findings);
	assert_non_null(strstr(buf_str(&findings.text), FILE_NAME ":3: 'persistence true'"));
	findings_release(&findings);
}

static void lines_are_read_as_the_broker_reads_them(void **state)
{
	static const char text[] = "# comment\n\n  name   a value with blanks  \r\nalone\nlast x";
	auto_lines struct lines lines = LINES_INIT;
	struct err err;

	(void)state;
	assert_done(lines_parse(&lines, "a", text, sizeof(text) - 1, &err));
	assert_int_equal(lines.count, 3);
	assert_string_equal(lines.items[0].name, "name");
	assert_string_equal(lines.items[0].value, "a value with blanks");
	assert_int_equal(lines.items[0].number, 3);
	assert_string_equal(lines.items[1].name, "alone");
	assert_string_equal(lines.items[1].value, "");
	assert_string_equal(lines.items[2].value, "x");
	assert_refused(lines_parse(&lines, "a", "x\0y", 3, &err), ERR_DATA, "NUL");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_configuration_keeps_every_promise),
		cmocka_unit_test(each_line_that_breaks_a_promise_is_found),
		cmocka_unit_test(each_setting_that_must_not_be_missing_is_missed),
		cmocka_unit_test(the_order_of_the_plugins_is_checked),
		cmocka_unit_test(a_password_in_the_configuration_is_found),
		cmocka_unit_test(plugins_that_disagree_are_found),
		cmocka_unit_test(certificates_that_no_client_can_show_are_found),
		cmocka_unit_test(a_setting_that_is_not_known_is_pointed_out),
		cmocka_unit_test(findings_name_file_and_line),
		cmocka_unit_test(lines_are_read_as_the_broker_reads_them),
	};

	return cmocka_run_group_tests(tests, read_shipped, free_shipped);
}
