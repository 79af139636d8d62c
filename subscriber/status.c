#include "common/json.h"
#include "subscriber/health.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <jansson.h>

#include <stdio.h>

/* As a head has them. */
static json_t *status_channels(const struct health_facts *facts)
{
	auto_json json_t *json = json_object();

	for (size_t i = 0; i < facts->channel_count; i++) {
		const struct head_channel *channel = &facts->channels[i];
		json_t *told =
			channel->receives
				? json_null()
				: json_pack("{s:o, s:s}", "since",
					  channel->since == TIME_NONE ? json_null() : json_integer(channel->since),
					  "reason", channel->reason);

		if (json_object_set_new(json, channel->channel, told) != 0)
			return NULL;
	}
	return TAKE(json);
}

static bool status_json(
	const struct health_facts *facts, const struct health *health, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(64 * 1024);
	auto_json json_t *json = json_pack(
		"{s:s, s:s, s:s, s:b, s:b, s:s, s:I, s:s, s:I, s:s, s:I,"
		" s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:{s:I, s:I, s:I, s:I}, s:I, s:I, s:I,"
		" s:i, s:I, s:{s:s, s:s, s:s, s:s}, s:o}",
		"state", health->word, "why", health->why, "what_to_do", health->what_to_do, "running",
		facts->running, "connected", facts->connected, "broker", facts->broker, "echo_at",
		(json_int_t)facts->echo_at, "standing", facts->standing, "standing_since",
		(json_int_t)facts->standing_since, "reason", facts->reason, "clock_offset",
		(json_int_t)facts->clock_offset_s, "epoch", (json_int_t)facts->epoch, "last",
		(json_int_t)facts->last, "announced", (json_int_t)facts->announced, "stored",
		(json_int_t)facts->stored, "unread", (json_int_t)facts->unread, "wanted",
		(json_int_t)facts->wanted, "refused", (json_int_t)facts->refused, "refused_code",
		facts->refused_code, "receipts", "newest", (json_int_t)facts->receipts, "settled",
		(json_int_t)facts->settled, "unsigned", (json_int_t)facts->unsigned_items, "refused",
		(json_int_t)facts->receipts_refused, "incidents", (json_int_t)facts->incidents, "keyset",
		(json_int_t)facts->keyset, "audit", (json_int_t)facts->audit, "refused_topics",
		facts->refused_topics, "hooks_failed", (json_int_t)facts->hooks_failed, "guard", "user",
		facts->guard.user, "seccomp", facts->guard.seccomp, "landlock", facts->guard.landlock,
		"hooks", facts->guard.hooks, "channels", status_channels(facts));

	if (!json)
		return err_set(err, ERR_SYSTEM, "out of memory, or a text in the state is not UTF-8");
	if (!json_write(json, &text, err))
		return false;
	(void)printf("%s\n", buf_str(&text));
	return true;
}

static bool status_print(const struct cli_call *call, const struct health_facts *facts,
	const struct health *health, struct err *err)
{
	char line[512];

	if (cli_has(call, "json"))
		return status_json(facts, health, err);
	(void)printf("%s\n%s\n", health->word, health->why);
	for (size_t i = 0; health_channel(facts, i, false, line, sizeof line); i++)
		(void)printf("%s\n", line);
	if (*health->what_to_do)
		(void)printf("%s\n", health->what_to_do);
	if (facts->hooks_failed)
		(void)printf(
			"有 %lld 次程序（on_…）运行失败且不再重试，见日志\n", (long long)facts->hooks_failed);
	if (*facts->guard.user)
		(void)printf("防护：用户 %s，seccomp %s，landlock %s，hooks %s\n", facts->guard.user,
			facts->guard.seccomp, facts->guard.landlock, facts->guard.hooks);
	return true;
}

bool verb_status(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	struct health_facts facts;
	struct health health;

	if (!verb_config(call, &config, err) || !state_open_readonly(config.state, &db, err) ||
		!health_read(config.state, &db, &facts, err))
		return false;
	health_judge(&facts, false, &health);
	if (!status_print(call, &facts, &health, err))
		return false;
	return health.well || err_set(err, ERR_DATA, "%s", health.word);
}
