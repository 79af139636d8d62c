#include "common/clock.h"
#include "common/file.h"
#include "common/keyfile.h"
#include "common/token.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <string.h>

static const struct broker *token_broker(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->broker_count; i++) {
		if (!name || strcmp(config->brokers[i].name, name) == 0 ||
			strcmp(config->broker.items[i], name) == 0)
			return &config->brokers[i];
	}
	return NULL;
}

/* One option a line, as mosquitto_sub reads them from its options file. */
static bool token_options(const struct config *config, const struct broker *broker,
	const char *token, struct buf *out, struct err *err)
{
	return buf_printf(out, err, "-h %s\n-p %d\n-V 5\n-q 1\n-u %s\n-i %s\n-P %s\n", broker->host,
			   broker->port, config->unit, config->client_id, token) &&
		   (!broker->tls || buf_printf(out, err, "--cafile %s\n", config->broker_ca)) &&
		   (!broker->tls || !config->tls_certificate ||
			   buf_printf(
				   out, err, "--cert %s\n--key %s\n", config->tls_certificate, config->tls_key));
}

static bool token_write(const char *path, const struct buf *options, struct err *err)
{
	if (!path) {
		(void)fputs(buf_str(options), stdout);
		return true;
	}
	return file_write_atomic(path, options->data, options->len, 0600, err);
}

bool verb_token(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	auto_buf struct buf token = BUF_INIT(LIMIT_CONNECT_JWT);
	auto_buf struct buf options = BUF_INIT(64 * 1024);
	const char *name = cli_value(call, "broker");
	const struct broker *broker;
	char path[4096];

	if (!verb_config_as_owner(call, &config, err))
		return false;
	broker = token_broker(&config, name);
	if (!broker)
		return err_set(
			err, ERR_USAGE, "broker '%s' is not among the configured ones", ERR_QUOTED(name));
	if (snprintf(path, sizeof path, "%s/device.key", config.state) >= (int)sizeof path)
		return err_set(err, ERR_USAGE, "the path of the state folder is too long");
	return keyfile_load_unprotected(path, ROLE_DEVICE, &key, err) &&
		   token_make(
			   config.client_id, broker->name, clock_now(clock_system()), &key, &token, err) &&
		   token_options(&config, broker, buf_str(&token), &options, err) &&
		   token_write(cli_value(call, "out"), &options, err);
}
