/* Configuration files: whatever is accepted can be shown. */
#include "common/conf.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct settings {
	char *name;
	char *state;
	char *database;
	int64_t port;
	int64_t keepalive_s;
	bool tls;
	struct conf_list brokers;
};

static const struct conf_key keys[] = {
	{"name", CONF_STRING, offsetof(struct settings, name), .help = "name"},
	{"state", CONF_PATH, offsetof(struct settings, state), .help = "folder"},
	{"database", CONF_CONNINFO, offsetof(struct settings, database), .help = "where"},
	{"port", CONF_INT, offsetof(struct settings, port), .fallback = "1", .min = 1, .max = 65535,
		.help = "port"},
	{"keepalive", CONF_DURATION, offsetof(struct settings, keepalive_s), .help = "interval"},
	{"tls", CONF_BOOL, offsetof(struct settings, tls), .help = "encrypt"},
	{"brokers", CONF_LIST, offsetof(struct settings, brokers), .help = "addresses"},
	{0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_buf struct buf out = BUF_INIT(4 * CONF_TEXT_MAX);
	struct settings settings = {0};
	struct conf conf;
	struct err err;

	conf_init(&conf, keys, &settings);
	if (conf_parse(&conf, "dir/input", (const char *)data, size, &err) &&
		conf_finish(&conf, &err) && !conf_show(&conf, &out, &err))
		abort();
	conf_release(&conf);
	return 0;
}
