/*
 * A unit's devices: which there are, and how the one here is followed by another. The new one's key is
 * made in <state>/next; the old one goes on until the new one is certified, and then hands over what it
 * holds: the state changes its device, and numbers receipts from 1 again. A device's id is never used
 * again, so that what it signed stays its own.
 */
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/file.h"
#include "common/head.h"
#include "common/keyfile.h"
#include "subscriber/db.h"
#include "subscriber/certified.h"
#include "subscriber/enroll.h"
#include "subscriber/outbox.h"
#include "subscriber/request.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static bool device_path(
	const struct config *config, const char *name, char out[static PATH_SIZE], struct err *err)
{
	if (snprintf(out, PATH_SIZE, "%s/%s", config->state, name) >= PATH_SIZE)
		return err_set(err, ERR_USAGE, "the path of the state folder is too long");
	return true;
}

/* The device whose key waits in <state>/next; "" when none does. */
static bool next_device(const struct config *config, char ret[static DEVICE_SIZE], struct err *err)
{
	auto_keyfile struct keyfile file = KEYFILE_INIT;
	size_t unit_len = strlen(config->unit);
	char path[PATH_SIZE];

	ret[0] = '\0';
	if (!device_path(config, "next/device.key", path, err))
		return false;
	if (access(path, F_OK) != 0)
		return true;
	if (!keyfile_load(path, &file, err))
		return false;
	if (strncmp(file.name, config->unit, unit_len) != 0 || file.name[unit_len] != '.')
		return err_set(err, ERR_DATA, "'%s' is the key of another unit", path);
	(void)snprintf(ret, DEVICE_SIZE, "%s", file.name + unit_len + 1);
	return true;
}

/* The configuration as the next device has it; strings are borrowed from `config` and the arguments. */
static bool next_config(const struct config *config, char *device, char dir[static PATH_SIZE],
	struct config *ret, struct err *err)
{
	*ret = *config;
	ret->device = device;
	ret->state = dir;
	(void)ident_client_id(config->unit, device, ret->client_id);
	return device_path(config, "next", dir, err);
}

static bool list_head(struct db *db, const char *own, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	auto_free struct head *head = calloc(1, sizeof *head);
	const char *jws;
	bool row;

	if (!head)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (!db_query(db, err, &stmt, "SELECT jws FROM head", "") || !db_next(db, stmt, &row, err))
		return false;
	if (!row) {
		(void)printf("（尚未收到首部信息，不知道本单位还有哪些设备）\n");
		return true;
	}
	jws = db_text(stmt, 0);
	if (!head_parse(jws, strlen(jws), head, err))
		return false;
	for (size_t i = 0; i < head->device_count; i++)
		(void)printf("%s %-16s 有效；已结清的最新回执 %lld\n",
			strcmp(head->devices[i].device, own) == 0 ? "*" : " ", head->devices[i].device,
			(long long)head->devices[i].settled);
	head_release(head);
	return true;
}

bool verb_device_list(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	char next[DEVICE_SIZE];

	if (!verb_config(call, &config, err) || !state_open_readonly(config.state, &db, err) ||
		!next_device(&config, next, err) || !list_head(&db, config.device, err))
		return false;
	if (*next)
		(void)printf("+ %-16s 已申请，待 CNCERT 认证后用 device retire 接替本设备\n", next);
	return true;
}

bool verb_device_rotate(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_buf struct buf request = BUF_INIT(LIMIT_REQUEST_JWS);
	struct fingerprint fingerprint;
	char *device = call->argv[0];
	char under_way[DEVICE_SIZE];
	char path[PATH_SIZE];
	char dir[PATH_SIZE];
	struct config next;

	if (!verb_config_as_owner(call, &config, err) || !next_device(&config, under_way, err))
		return false;
	if (!ident_is_device(device, strlen(device)) || strcmp(device, config.device) == 0)
		return err_set(err, ERR_USAGE, "'%s' is no id for another device", ERR_QUOTED(device));
	if (*under_way && strcmp(under_way, device) != 0)
		return err_set(err, ERR_DENIED, "'%s' is to follow this device already", under_way);
	if (!next_config(&config, device, dir, &next, err) ||
		!device_path(&config, "next/request.jws", path, err) ||
		!enroll_device(&next, clock_now(clock_system()), &request, &fingerprint, err))
		return false;
	return request_print(&(struct request){.jws = buf_str(&request),
							 .path = path,
							 .fingerprint = &fingerprint,
							 .next = "certwire-unit device retire  (once it is certified; this "
									 "device goes on until then)",
							 .qr = cli_has(call, "qr") || isatty(STDERR_FILENO)},
		err);
}

/* What the old device signed must be settled: nobody could sign for it any more. */
static bool retire_is_settled(struct db *db, const char *device, struct err *err)
{
	int64_t items;
	int64_t receipts;

	if (!outbox_pending(db, &items, &receipts, err))
		return false;
	return (items == 0 && receipts == 0) || err_set(err, ERR_DENIED,
												"'%s' still owes %lld receipts (尚有回执未结清): "
												"run the daemon until status says ok",
												device, (long long)(receipts + (items > 0)));
}

static bool retire_is_certified(const struct config *config, char *device, struct err *err)
{
	struct probe_answer answer;
	char dir[PATH_SIZE];
	struct config next;

	if (!next_config(config, device, dir, &next, err) || !certified_ask(&next, dir, &answer, err))
		return false;
	return answer.accepted ||
		   err_set(err, ERR_DENIED, "'%s' is not certified yet (尚未获得认证): %s", next.client_id,
			   answer.why);
}

static bool retire_take_key(const struct config *config, struct err *err)
{
	static const char *const names[] = {"request.jws", "device.key"};
	auto_fd int state = -1;
	auto_fd int next = -1;
	bool exists;

	if (!file_open_dir(config->state, &state, err) || !file_exists_at(state, "next", &exists, err))
		return false;
	if (!exists)
		return true;
	if (!file_open_dir_at(state, "next", &next, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!file_exists_at(next, names[i], &exists, err) ||
			(exists && !file_rename_at(next, names[i], state, names[i], err)))
			return false;
		fault_point("retire-after-file");
	}
	return file_remove_tree_at(state, "next", err);
}

/* The line of the file that names the device is replaced; a setting from elsewhere is not ours. */
static bool retire_write_config(const struct config *config, const char *device, struct err *err)
{
	const char *origin = config_origin(config, "device");
	const char *colon = strrchr(origin, ':');
	auto_free char *path = colon ? strndup(origin, (size_t)(colon - origin)) : NULL;
	auto_buf struct buf text = BUF_INIT(CONF_TEXT_MAX);
	auto_buf struct buf changed = BUF_INIT(CONF_TEXT_MAX);
	long line = colon ? strtol(colon + 1, NULL, 10) : 0;
	struct stat st;
	char *rest;

	if (!path || line <= 0 || stat(path, &st) != 0)
		return err_set(err, ERR_USAGE, "set 'device' to %s where you set it (%s)", device, origin);
	if (!file_read(path, CONF_TEXT_MAX, &text, err) || !buf_append(&text, "", 1, err))
		return false;
	rest = (char *)text.data;
	for (char *at = strsep(&rest, "\n"); at; at = strsep(&rest, "\n"), line--) {
		if (line == 1 ? !buf_printf(&changed, err, "device = %s", device)
					  : !buf_append_str(&changed, at, err))
			return false;
		if (rest && !buf_append(&changed, "\n", 1, err))
			return false;
	}
	return file_write_atomic(path, changed.data, changed.len, st.st_mode & 0777, err);
}

/* Each step may have been done already by an earlier attempt that was cut short. */
static bool retire_steps(const struct config *config, struct db *db, char *device, struct err *err)
{
	char held[DEVICE_SIZE];

	if (!state_device(db, held, err))
		return false;
	if (!*device)
		(void)snprintf(device, DEVICE_SIZE, "%s", held);
	if (strcmp(device, config->device) == 0 || !*device)
		return err_set(
			err, ERR_USAGE, "no device is to follow this one: certwire-unit device rotate ID");
	if (strcmp(held, device) != 0) {
		if (!retire_is_settled(db, config->device, err) ||
			!retire_is_certified(config, device, err))
			return false;
		fault_point("retire-before-rebound");
		if (!state_rebind(db, device, err))
			return false;
	}
	fault_point("retire-after-rebound");
	if (!retire_take_key(config, err))
		return false;
	fault_point("retire-before-named");
	if (!retire_write_config(config, device, err))
		return false;
	fault_point("retire-after-named");
	return true;
}

bool verb_device_retire(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	char device[DEVICE_SIZE];
	auto_fd int lock = -1;

	if (!verb_config_as_owner(call, &config, err) || !next_device(&config, device, err))
		return false;
	if (!state_lock(config.state, &lock, err))
		return err_context(err, "stop it first (请先停止接收程序)");
	if (!state_open(config.state, &db, err) || !retire_steps(&config, &db, device, err))
		return false;
	(void)printf("%s.%s 已接替 %s；请通知 CNCERT 吊销设备 %s，然后重新运行 certwire-unit run\n",
		config.unit, device, config.client_id, config.device);
	return true;
}
