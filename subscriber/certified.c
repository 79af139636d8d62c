#include "subscriber/certified.h"

#include "common/cleanup.h"
#include "common/keyfile.h"
#include "subscriber/db.h"
#include "subscriber/health.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>

bool certified_ask(
	const struct config *config, const char *dir, struct probe_answer *ret, struct err *err)
{
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	char path[4096];

	if (snprintf(path, sizeof path, "%s/device.key", dir) >= (int)sizeof path)
		return err_set(err, ERR_USAGE, "the path of the state folder is too long");
	if (!keyfile_load_unprotected(path, ROLE_DEVICE, &key, err))
		return false;
	ret->accepted = false;
	for (size_t i = 0; i < config->broker_count && !ret->accepted; i++) {
		if (!probe_token(config, &config->brokers[i], &key, ret, err))
			return false;
	}
	return true;
}

/* Another connection of this device would end the daemon's: while it runs, it has been let in or not. */
static bool certified_by_daemon(
	const struct config *config, struct probe_answer *ret, bool *ret_known, struct err *err)
{
	auto_db struct db db = {.handle = NULL};
	struct health_facts facts;
	struct err none;

	*ret_known = false;
	if (!state_open_readonly(config->state, &db, &none))
		return true;
	if (!health_read(config->state, &db, &facts, err))
		return false;
	*ret_known = facts.running;
	*ret =
		(struct probe_answer){.accepted = facts.connected, .refused_topics = facts.refused_topics};
	(void)snprintf(ret->why, sizeof ret->why, "%s", facts.line_reason);
	return true;
}

bool enroll_check(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	struct probe_answer answer;
	bool known;

	if (!verb_config_as_owner(call, &config, err) ||
		!certified_by_daemon(&config, &answer, &known, err) ||
		(!known && !certified_ask(&config, config.state, &answer, err)))
		return false;
	if (!answer.accepted)
		return err_set(err, ERR_DATA,
			"%s is not let in (尚未获得认证，或无法连接): %s; see: certwire-unit doctor",
			config.client_id, answer.why);
	(void)printf("%s: certified 已获 CNCERT 认证%s\n", config.client_id,
		answer.refused_topics
			? "，但本单位目前没有接收资格 (not in good standing): certwire-unit status"
			: "");
	return true;
}
