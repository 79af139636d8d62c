#include "subscriber/enroll.h"

#include "common/clock.h"
#include "common/device.h"
#include "common/fault.h"
#include "common/file.h"
#include "common/keyfile.h"
#include "subscriber/certified.h"
#include "subscriber/request.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ENROLL_PATH_MAX = 4096, ENROLL_ANSWER_MAX = 512 };

static bool enroll_path(const struct config *config, const char *name,
	char out[static ENROLL_PATH_MAX], struct err *err)
{
	if (snprintf(out, ENROLL_PATH_MAX, "%s/%s", config->state, name) >= ENROLL_PATH_MAX)
		return err_set(err, ERR_USAGE, "the path of the state folder is too long");
	return true;
}

static bool enroll_key(
	const struct config *config, const char *path, struct signing_key *ret, struct err *err)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;

	if (access(path, F_OK) == 0)
		return keyfile_load_unprotected(path, ROLE_DEVICE, ret, err);
	if (!signing_key_generate(&key, err) ||
		!keyfile_create(path, ROLE_DEVICE, config->client_id, &key, NULL, NULL, err))
		return false;
	*ret = key;
	key = (struct signing_key)SIGNING_KEY_INIT;
	return true;
}

/* Says the fingerprint again: it may be this that was wanted. */
static bool enroll_refuse_again(const char *key_path, const char *request_path, struct err *err)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	struct fingerprint fingerprint;

	if (!keyfile_load_unprotected(key_path, ROLE_DEVICE, &key, err))
		return false;
	fingerprint = fingerprint_of(&key.public);
	return err_set(err, ERR_DENIED,
		"this device is enrolled already, with fingerprint %s; its request is in '%s', and its key "
		"is not replaced",
		fingerprint.text, request_path);
}

bool enroll_device(const struct config *config, int64_t now, struct buf *request,
	struct fingerprint *ret, struct err *err)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	struct device_request fields = {.created_at = now};
	char request_path[ENROLL_PATH_MAX];
	char key_path[ENROLL_PATH_MAX];

	if (!enroll_path(config, "device.key", key_path, err) ||
		!enroll_path(config, "request.jws", request_path, err) ||
		!file_mkdirs(config->state, 0700, err))
		return false;
	if (access(key_path, F_OK) == 0 && access(request_path, F_OK) == 0)
		return enroll_refuse_again(key_path, request_path, err);
	if (!enroll_key(config, key_path, &key, err))
		return false;
	fault_point("enroll-after-key");
	(void)snprintf(fields.unit, sizeof fields.unit, "%s", config->unit);
	(void)snprintf(fields.device, sizeof fields.device, "%s", config->device);
	fields.public = key.public;
	if (!device_request_sign(&fields, &key, request, err) ||
		!file_write_atomic(request_path, request->data, request->len, 0644, err))
		return false;
	fault_point("enroll-after-request");
	*ret = fingerprint_of(&key.public);
	return true;
}

/* What the line did not say is asked for, when a person is there to answer. */
static bool enroll_ask(const char *given, const char *question,
	char answer[static ENROLL_ANSWER_MAX], const char **ret, struct err *err)
{
	*ret = given;
	if (given)
		return true;
	if (!isatty(STDIN_FILENO))
		return err_set(err, ERR_USAGE, "%s: say it with an option, see 'enroll --help'", question);
	(void)fprintf(stderr, "%s: ", question);
	if (!fgets(answer, ENROLL_ANSWER_MAX, stdin))
		return err_set(err, ERR_USAGE, "%s: no answer", question);
	answer[strcspn(answer, "\n")] = '\0';
	*ret = answer;
	return true;
}

/* The one thing on which all else rests: a person says once that it is the one of the phone. */
static bool enroll_confirm(const struct cli_call *call, const char *root, struct err *err)
{
	struct fingerprint fingerprint;
	char answer[ENROLL_ANSWER_MAX];
	const char *said;

	if (!fingerprint_parse(root, &fingerprint, err))
		return err_context(err, "root fingerprint");
	if (cli_has(call, "root"))
		return true;
	(void)fprintf(stderr, "\n  %.23s\n  %s\n\n", fingerprint.text, fingerprint.text + 24);
	if (!enroll_ask(NULL,
			"is this what CNCERT reads to you over the phone? (与电话中一致吗) yes/no", answer,
			&said, err))
		return false;
	if (strcmp(said, "yes") == 0 || strcmp(said, "y") == 0 || strcmp(said, "是") == 0)
		return true;
	return err_set(err, ERR_DENIED, "the root's fingerprint was not confirmed: nothing was made");
}

static bool enroll_state_dir(const struct cli_call *call, char **ret, struct err *err)
{
	const char *given = cli_value(call, "state");
	const char *base = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int n = -1;

	if (given) {
		*ret = *given == '/' ? strdup(given) : NULL;
		n = *given == '/' ? (*ret ? 0 : -1)
						  : asprintf(ret, "%s/%s", getcwd((char[4096]){0}, 4096), given);
	} else if (base && *base == '/') {
		n = asprintf(ret, "%s/certwire", base);
	} else if (home && *home == '/') {
		n = asprintf(ret, "%s/.local/state/certwire", home);
	} else {
		return err_set(err, ERR_USAGE, "HOME is not set: name the state folder with --state");
	}
	return n >= 0 || err_set(err, ERR_SYSTEM, "out of memory");
}

static bool enroll_append(struct buf *text, const char *key, const char *value, struct err *err)
{
	return !value || buf_printf(text, err, "%s = %s\n", key, value);
}

/* The text of a new configuration, of what the line and the answers say. */
static bool enroll_write_text(
	const struct cli_call *call, const char *state, struct buf *text, struct err *err)
{
	char answers[4][ENROLL_ANSWER_MAX];
	const char *unit;
	const char *device;
	const char *broker;
	const char *root;

	if (!enroll_ask(cli_value(call, "unit"), "unit (单位标识)", answers[0], &unit, err) ||
		!enroll_ask(cli_value(call, "device"), "device (设备标识)", answers[1], &device, err) ||
		!enroll_ask(cli_value_at(call, "broker", 0), "broker (服务器 host:port)", answers[2],
			&broker, err) ||
		!enroll_ask(
			cli_value(call, "root"), "root fingerprint (根密钥指纹)", answers[3], &root, err) ||
		!enroll_confirm(call, root, err) || !buf_append_str(text, "# certwire-unit\n", err) ||
		!enroll_append(text, "unit", unit, err) || !enroll_append(text, "device", device, err) ||
		!enroll_append(text, "state", state, err) ||
		!enroll_append(text, "inbox", cli_value(call, "inbox"), err) ||
		!buf_printf(text, err, "broker = %s", broker))
		return false;
	for (size_t i = 1; cli_value_at(call, "broker", i); i++) {
		if (!buf_printf(text, err, ", %s", cli_value_at(call, "broker", i)))
			return false;
	}
	return buf_append_str(text, "\n", err) &&
		   enroll_append(text, "broker_ca", cli_value(call, "broker-ca"), err) &&
		   enroll_append(text, "root_fingerprint", root, err);
}

/* Loads the configuration that is there; else makes it, once it is known to be right. */
static bool enroll_configure(
	const struct cli_call *call, const char *path, struct config *ret, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(CONF_TEXT_MAX);
	auto_config struct config check = {.unit = NULL};
	auto_free char *folder = NULL;
	auto_free char *state = NULL;

	if (access(path, F_OK) == 0)
		return verb_config_file(call, path, ret, err);
	folder = strdup(path);
	if (!folder)
		return err_set(err, ERR_SYSTEM, "out of memory");
	*strrchr(folder, '/') = '\0';
	return enroll_state_dir(call, &state, err) && enroll_write_text(call, state, &text, err) &&
		   config_comment(&text, err) &&
		   config_parse(path, buf_str(&text), text.len, &check, err) &&
		   (*folder == '\0' || file_mkdirs(folder, 0700, err)) &&
		   file_write_new(path, text.data, text.len, 0644, err) &&
		   verb_config_file(call, path, ret, err);
}

/* A flag that contradicts the configuration would be silently ignored: say so instead. */
static bool enroll_agrees(const struct cli_call *call, const struct config *config, struct err *err)
{
	const char *unit = cli_value(call, "unit");
	const char *device = cli_value(call, "device");

	if ((unit && strcmp(unit, config->unit) != 0) ||
		(device && strcmp(device, config->device) != 0))
		return err_set(err, ERR_USAGE,
			"the configuration is of %s already: name another with --config for another device",
			config->client_id);
	return true;
}

/* What comes next needs to be told the configuration as this command was. */
static bool enroll_print(const struct cli_call *call, const struct config *config,
	const struct buf *request, const struct fingerprint *fingerprint, struct err *err)
{
	const char *name = cli_has(call, "config") ? "config" : cli_has(call, "state") ? "state" : NULL;
	auto_buf struct buf next = BUF_INIT(8192);
	char path[ENROLL_PATH_MAX];

	if (!enroll_path(config, "request.jws", path, err) ||
		!buf_append_str(&next, "certwire-unit run", err) ||
		(name && !buf_printf(&next, err, " --%s '%s'", name, cli_value(call, name))))
		return false;
	return request_print(&(struct request){.jws = buf_str(request),
							 .path = path,
							 .fingerprint = fingerprint,
							 .next = buf_str(&next),
							 .qr = cli_has(call, "qr") || isatty(STDERR_FILENO)},
		err);
}

bool verb_enroll(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_buf struct buf request = BUF_INIT(LIMIT_REQUEST_JWS);
	struct fingerprint fingerprint;
	auto_free char *path = NULL;
	const char *given = cli_value(call, "config");

	if (cli_has(call, "check"))
		return enroll_check(call, err);
	if (given) {
		path = strchr(given, '/') ? strdup(given) : NULL;
		if (!path && asprintf(&path, "./%s", given) < 0)
			return err_set(err, ERR_SYSTEM, "out of memory");
	} else if (!config_default_path(cli_value(call, "state"), &path, err)) {
		return false;
	}
	if (!enroll_configure(call, path, &config, err) || !enroll_agrees(call, &config, err) ||
		!enroll_device(&config, clock_now(clock_system()), &request, &fingerprint, err))
		return false;
	return enroll_print(call, &config, &request, &fingerprint, err);
}
