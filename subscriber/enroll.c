#include "subscriber/enroll.h"

#include "common/clock.h"
#include "common/device.h"
#include "common/fault.h"
#include "common/file.h"
#include "common/keyfile.h"
#include "subscriber/certified.h"
#include "subscriber/guard.h"
#include "subscriber/request.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ENROLL_PATH_MAX = 4096 };

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
	const struct buf *request, const struct fingerprint *fingerprint, bool is_service,
	struct err *err)
{
	const char *name = cli_has(call, "config") ? "config" : cli_has(call, "state") ? "state" : NULL;
	auto_buf struct buf next = BUF_INIT(8192);
	char path[ENROLL_PATH_MAX];

	if (!enroll_path(config, "request.jws", path, err))
		return false;
	if (is_service) {
		if (!buf_append_str(&next, "systemctl enable --now certwire-unit", err))
			return false;
	} else if (!buf_append_str(&next, "certwire-unit run", err) ||
			   (name && !buf_printf(&next, err, " --%s '%s'", name, cli_value(call, name)))) {
		return false;
	}
	return request_print(&(struct request){.jws = buf_str(request),
							 .path = path,
							 .fingerprint = fingerprint,
							 .next = buf_str(&next),
							 .qr = cli_has(call, "qr") || isatty(STDERR_FILENO)},
		err);
}

/* A package left a file to be filled in, and who enrolls may. */
static bool is_system_ours(const struct cli_call *call)
{
	return !cli_has(call, "state") && access(CONFIG_SYSTEM, W_OK) == 0;
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
	} else if (is_system_ours(call)) {
		path = strdup(CONFIG_SYSTEM);
	} else if (!config_default_path(cli_value(call, "state"), &path, err)) {
		return false;
	}
	if (!path)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (!enroll_configure(call, path, &config, err) || !enroll_agrees(call, &config, err) ||
		!guard_become_owner(&config, err) ||
		!enroll_device(&config, clock_now(clock_system()), &request, &fingerprint, err))
		return false;
	return enroll_print(
		call, &config, &request, &fingerprint, strcmp(path, CONFIG_SYSTEM) == 0, err);
}
