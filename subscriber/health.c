#include "subscriber/health.h"

#include "common/clock.h"
#include "common/standing.h"
#include "subscriber/health_say.h"

#include <stdio.h>
#include <string.h>

static bool is_stopped(const struct health_facts *facts)
{
	return !facts->running;
}

static bool is_gap(const struct health_facts *facts)
{
	return facts->gap;
}

static bool is_offline(const struct health_facts *facts)
{
	return !facts->connected || !facts->head;
}

static bool is_suspended(const struct health_facts *facts)
{
	return strcmp(facts->standing, standing_name(STANDING_GOOD)) != 0;
}

static bool is_clock(const struct health_facts *facts)
{
	return facts->clock_offset_s != 0;
}

static bool is_disk(const struct health_facts *facts)
{
	return facts->disk > 0 || facts->disk_full;
}

static bool is_refused(const struct health_facts *facts)
{
	return facts->refused > 0 || facts->receipts_refused > 0;
}

static bool is_late(const struct health_facts *facts)
{
	return facts->waiting > 0 || facts->announced > facts->last ||
		   facts->receipts > facts->settled || facts->unsigned_items > 0;
}

static bool is_idle(const struct health_facts *facts)
{
	return facts->last == 0;
}

static bool is_ok(const struct health_facts *facts)
{
	(void)facts;
	return true;
}

/* What matters most comes first. */
static const struct {
	const char *word;
	bool (*applies)(const struct health_facts *facts);
	health_say *why;
	const char *what_to_do_zh;
	const char *what_to_do_en;
} conditions[] = {
	{"stopped", is_stopped, health_say_stopped, "运行 certwire-unit run，或启动系统服务",
		"run certwire-unit run, or start the system's service"},
	{"gap", is_gap, health_say_gap, "如持续出现，请联系 CNCERT：可能有服务器扣留信息",
		"if it goes on, call CNCERT: a broker may be withholding"},
	{"offline", is_offline, health_say_offline, "检查网络、服务器地址和设备是否已获 CNCERT 认证",
		"check the network, the broker's address, and that CNCERT has certified this device"},
	{"suspended", is_suspended, health_say_standing, "请就资格事宜联系 CNCERT",
		"call CNCERT about the unit's standing"},
	{"clock", is_clock, health_say_clock, "校准本机时钟（例如启用 NTP）",
		"set this machine's clock right (NTP does)"},
	{"disk", is_disk, health_say_disk, "腾出磁盘空间或提高 quota，之后会自动重新接收",
		"make room on the disk or raise quota; it is then received by itself"},
	{"refused", is_refused, health_say_refused, "请将以上编号告知 CNCERT；程序会继续重试",
		"tell CNCERT the number above; it is tried again by itself"},
	{"late", is_late, health_say_late, "", ""},
	{"idle", is_idle, health_say_idle, "", ""},
	{"ok", is_ok, health_say_ok, "", ""},
};

bool health_channel(
	const struct health_facts *facts, size_t nth, bool english, char *out, size_t size)
{
	char since[CLOCK_TEXT_SIZE];

	/* With another standing the word says it, of all channels at once. */
	for (size_t i = 0; i < facts->channel_count && !is_suspended(facts); i++) {
		const struct head_channel *channel = &facts->channels[i];

		if (channel->receives || nth-- > 0)
			continue;
		if (channel->since == TIME_NONE)
			(void)snprintf(out, size,
				english ? "does not receive channel %s: %s" : "不接收频道 %s：%s", channel->channel,
				channel->reason);
		else
			(void)snprintf(out, size,
				english ? "no longer receives channel %s, since %s: %s"
						: "不再接收频道 %s，自 %s 起：%s",
				channel->channel, clock_format(channel->since, since), channel->reason);
		return true;
	}
	return false;
}

void health_judge(const struct health_facts *facts, bool english, struct health *ret)
{
	size_t i = 0;

	while (!conditions[i].applies(facts))
		i++;
	ret->word = conditions[i].word;
	ret->what_to_do = english ? conditions[i].what_to_do_en : conditions[i].what_to_do_zh;
	conditions[i].why(facts, english, ret->why, sizeof ret->why);
	ret->well = conditions[i].applies == is_ok || conditions[i].applies == is_idle;
}
