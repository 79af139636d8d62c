#include "tests/unit/test.h"

#include "common/conf.h"

struct settings {
	char *name;
	char *state;
	char *database;
	int64_t port;
	int64_t keepalive_s;
	int64_t quota_bytes;
	bool tls;
	struct conf_list brokers;
};

static const struct conf_key keys[] = {
	{"name", CONF_STRING, offsetof(struct settings, name), .required = true, .help = "the unit"},
	{"state", CONF_PATH, offsetof(struct settings, state), .help = "folder"},
	{"database", CONF_CONNINFO, offsetof(struct settings, database), .help = "where"},
	{"port", CONF_INT, offsetof(struct settings, port), .fallback = "8883", .min = 1, .max = 65535,
		.help = "port"},
	{"keepalive", CONF_DURATION, offsetof(struct settings, keepalive_s), .fallback = "30s",
		.min = 5, .max = 86400, .help = "interval"},
	{"quota", CONF_SIZE, offsetof(struct settings, quota_bytes), .fallback = "64K", .min = 1024,
		.max = 4294967296, .help = "most to keep"},
	{"tls", CONF_BOOL, offsetof(struct settings, tls), .fallback = "yes", .help = "encrypt"},
	{"brokers", CONF_LIST, offsetof(struct settings, brokers), .help = "addresses"},
	{0},
};

/* What each test works on; released after it. */
struct fixture {
	struct conf conf;
	struct settings settings;
};

static int begin(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof fixture);
	conf_init(&fixture.conf, keys, &fixture.settings);
	*state = &fixture;
	return 0;
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	conf_release(&fixture->conf);
	return fixture->settings.name || fixture->settings.brokers.items ? -1 : 0;
}

static bool parse(struct fixture *fixture, const char *text, struct err *err)
{
	return conf_parse(&fixture->conf, "/etc/certwire/unit.conf", text, strlen(text), err);
}

static void settings_are_read_with_comments_and_blanks(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_done(parse(f,
		"# 单位\r\n\n  name =  甲 公司 # 1 \nbrokers = a:1, b:2  c:3\nkeepalive=2m\n"
		"tls = off\nquota = 2G\nport = 1\nstate = data/x",
		&err));
	assert_done(conf_finish(&f->conf, &err));
	assert_string_equal(f->settings.name, "甲 公司 # 1");
	assert_int_equal(f->settings.brokers.count, 3);
	assert_string_equal(f->settings.brokers.items[1], "b:2");
	assert_null(f->settings.brokers.items[3]);
	assert_int_equal(f->settings.keepalive_s, 120);
	assert_false(f->settings.tls);
	assert_int_equal(f->settings.quota_bytes, 2147483648);
	assert_int_equal(f->settings.port, 1);
	assert_string_equal(f->settings.state, "/etc/certwire/data/x");
}

static void defaults_fill_what_was_not_given(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_done(parse(f, "name = alpha", &err));
	assert_done(conf_finish(&f->conf, &err));
	assert_int_equal(f->settings.port, 8883);
	assert_int_equal(f->settings.keepalive_s, 30);
	assert_true(f->settings.tls);
	assert_null(f->settings.state);
}

static void a_bad_line_is_named(void **state)
{
	static const char *const rows[][2] = {
		{"name = a\nnmae = b", "unit.conf:2: unknown key 'nmae'"},
		{"name = a\n\nname = b", "unit.conf:3: 'name' was given in line 1 already"},
		{"name", "unit.conf:1: 'name' is not 'key = value'"},
		{"name =  ", "unit.conf:1: 'name': the value is empty"},
		{"name = a\tb", "control character"},
		{"port = 65536", "'65536' is outside 1..65535"},
		{"port = 0", "'0' is outside 1..65535"},
		{"port = 1x", "'1x' is not a whole number"},
		{"port = 99999999999999999999", "outside"},
		{"port = 1-", "not a whole number"},
		{"port = +1", "not a whole number"},
		{"keepalive = 4s", "outside 5..86400 seconds"},
		{"keepalive = 2d", "outside 5..86400 seconds"},
		{"keepalive = 9223372036854775807d", "outside 5..86400 seconds"},
		{"keepalive = s", "not a whole number"},
		{"keepalive = 5 m", "not a whole number"},
		{"quota = 5G", "outside 1024..4294967296 bytes"},
		{"quota = 1k", "not a whole number"},
		{"tls = maybe", "'maybe' is neither yes nor no"},
		{"brokers = , ,", "the list is empty"},
		{"database = host=x PassWord=secret", "holds no password"},
		{"database = postgresql://u:secret@h/db", "holds no password"},
		{"name = \xff", "not a text in UTF-8"},
		{"database = host=x password=secret\x01",
			"the connection string holds a control character"},
	};
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_refused(parse(*state, rows[i][0], &err), ERR_USAGE, rows[i][1]);
		assert_null(strstr(err.text, "secret"));
		end(state);
		begin(state);
	}
}

static void a_connection_string_without_password_is_taken(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_done(parse(f, "database = postgresql://user@host:5432/certwire", &err));
	assert_string_equal(f->settings.database, "postgresql://user@host:5432/certwire");
}

static void a_missing_required_setting_is_refused(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_done(parse(f, "port = 1", &err));
	assert_refused(conf_finish(&f->conf, &err), ERR_USAGE, "'name' is missing (the unit)");
}

static void an_option_overrides_the_file_once(void **state)
{
	struct fixture *f = *state;
	struct err err;

	assert_done(parse(f, "name = alpha\nport = 1", &err));
	assert_done(conf_set(&f->conf, "port", "2", "--port", &err));
	assert_refused(conf_set(&f->conf, "port", "3", "--port", &err), ERR_USAGE, "given already");
	assert_refused(
		conf_set(&f->conf, "prot", "3", "--prot", &err), ERR_USAGE, "unknown key 'prot'");
	assert_done(conf_set(&f->conf, "state", "here", "--state", &err));
	assert_done(conf_finish(&f->conf, &err));
	assert_int_equal(f->settings.port, 2);
	assert_string_equal(f->settings.state, "here");
}

static void effective_values_are_shown_with_their_origin(void **state)
{
	struct fixture *f = *state;
	auto_buf struct buf out = BUF_INIT(4096);
	struct err err;

	assert_done(parse(f, "\nname = alpha\nbrokers = a b", &err));
	assert_done(conf_set(&f->conf, "port", "2", "--port", &err));
	assert_done(conf_finish(&f->conf, &err));
	assert_done(conf_show(&f->conf, &out, &err));
	assert_string_equal(buf_str(&out), "name = alpha  # /etc/certwire/unit.conf:2\n"
									   "state =   # not set\n"
									   "database =   # not set\n"
									   "port = 2  # --port\n"
									   "keepalive = 30  # default\n"
									   "quota = 65536  # default\n"
									   "tls = yes  # default\n"
									   "brokers = a b  # /etc/certwire/unit.conf:3\n");
}

static void the_reference_names_every_key(void **state)
{
	auto_buf struct buf out = BUF_INIT(4096);
	struct err err;

	(void)state;
	assert_done(conf_describe(keys, &out, &err));
	for (const struct conf_key *key = keys; key->name; key++)
		assert_non_null(strstr(buf_str(&out), key->name));
}

static void a_text_with_a_nul_or_without_end_is_refused(void **state)
{
	struct fixture *f = *state;
	auto_free char *much = calloc(1, CONF_TEXT_MAX + 1);
	struct err err;

	assert_refused(conf_parse(&f->conf, "x", "name = a\0b", 10, &err), ERR_USAGE, "UTF-8");
	assert_refused(
		conf_parse(&f->conf, "x", much, CONF_TEXT_MAX + 1, &err), ERR_USAGE, "limit of 262144");
}

#define with_conf(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_conf(settings_are_read_with_comments_and_blanks),
		with_conf(defaults_fill_what_was_not_given),
		with_conf(a_bad_line_is_named),
		with_conf(a_connection_string_without_password_is_taken),
		with_conf(a_missing_required_setting_is_refused),
		with_conf(an_option_overrides_the_file_once),
		with_conf(effective_values_are_shown_with_their_origin),
		with_conf(the_reference_names_every_key),
		with_conf(a_text_with_a_nul_or_without_end_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
