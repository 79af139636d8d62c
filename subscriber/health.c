#include "subscriber/health.h"

#include "common/clock.h"
#include "common/refusal.h"
#include "common/standing.h"
#include "subscriber/room.h"

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

static void why_stopped(const struct health_facts *facts, char *out, size_t size)
{
	(void)facts;
	(void)snprintf(out, size, "接收程序没有运行");
}

/* 暂停，自 … 起：原因 */
static void say_standing(const struct health_facts *facts, char *out, size_t size)
{
	char since[CLOCK_TEXT_SIZE];
	enum standing standing = STANDING_SUSPENDED;

	(void)!standing_parse(facts->standing, strlen(facts->standing), &standing);
	(void)snprintf(out, size, "%s，自 %s 起：%s", standing_name_zh(standing),
		clock_format(facts->standing_since, since),
		*facts->reason ? facts->reason : "（未说明原因）");
}

/* Who was just cut for its standing has no line, but knows why already: the last head said it. */
static void why_offline(const struct health_facts *facts, char *out, size_t size)
{
	char since[CLOCK_TEXT_SIZE];
	size_t used;

	if (facts->connected)
		(void)snprintf(out, size, "已连接 %s，%s", facts->broker,
			facts->keyset ? "正在等待首部信息"
						  : "但尚未收到密钥集，无法核实对方身份（本单位可能尚无接收资格）");
	else
		(void)snprintf(out, size, "自 %s 起未连接（%s）：%s",
			clock_format(facts->line_since, since), *facts->broker ? facts->broker : "-",
			facts->line_reason);
	used = strlen(out);
	if (!facts->head || !is_suspended(facts) || used >= size)
		return;
	used += (size_t)snprintf(out + used, size - used, "；最近得知的资格：");
	if (used < size)
		say_standing(facts, out + used, size - used);
}

static void why_gap(const struct health_facts *facts, char *out, size_t size)
{
	char at[CLOCK_TEXT_SIZE];

	(void)snprintf(out, size, "同步请求没有得到回应（最近一次回应：%s），正在换用其他服务器",
		facts->echo_at ? clock_format(facts->echo_at, at) : "从未");
}

static void why_clock(const struct health_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "本机时钟%s %lld 秒", facts->clock_offset_s > 0 ? "慢了" : "快了",
		(long long)(facts->clock_offset_s > 0 ? facts->clock_offset_s : -facts->clock_offset_s));
}

static void why_refused(const struct health_facts *facts, char *out, size_t size)
{
	int code = facts->refused ? facts->refused_code : facts->receipts_refused_code;
	const char *text = refusal_text_zh(code);

	if (facts->refused)
		(void)snprintf(out, size, "%lld 件未能接收：%d %s（%s）", (long long)facts->refused, code,
			text ? text : "", facts->refused_reason);
	else
		(void)snprintf(out, size, "%lld 份回执未被采信：%d %s", (long long)facts->receipts_refused,
			code, text ? text : "");
}

static void why_disk(const struct health_facts *facts, char *out, size_t size)
{
	if (facts->disk > 0)
		why_refused(facts, out, size);
	else
		(void)snprintf(
			out, size, "磁盘剩余空间不足 %d MiB，无法接收文件", ROOM_RESERVE_BYTES >> 20);
}

static void why_late(const struct health_facts *facts, char *out, size_t size)
{
	int64_t entries = facts->announced > facts->last ? facts->announced - facts->last : 0;
	int64_t receipts = facts->receipts - facts->settled + (facts->unsigned_items > 0);
	const struct {
		const char *before;
		int64_t count;
		const char *after;
	} lacks[] = {
		{"还缺 ", facts->waiting, " 件文件"},
		{"还缺 ", entries, " 个条目"},
		{"", receipts, " 份回执尚未结清"},
	};
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_LEN(lacks); i++) {
		if (lacks[i].count > 0 && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%s%lld%s", used ? "；" : "",
				lacks[i].before, (long long)lacks[i].count, lacks[i].after);
	}
}

static void why_ok(const struct health_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "应收 %lld 件，已全部入库并结清；未读 %lld 件",
		(long long)facts->stored, (long long)facts->unread);
}

static void why_idle(const struct health_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "已连接 %s，目前没有应收的文件", facts->broker);
}

/* What matters most comes first. */
static const struct {
	const char *word;
	bool (*applies)(const struct health_facts *facts);
	void (*why)(const struct health_facts *facts, char *out, size_t size);
	const char *what_to_do;
} conditions[] = {
	{"stopped", is_stopped, why_stopped, "运行 certwire-unit run，或启动系统服务"},
	{"gap", is_gap, why_gap, "如持续出现，请联系 CNCERT：可能有服务器扣留信息"},
	{"offline", is_offline, why_offline, "检查网络、服务器地址和设备是否已获 CNCERT 认证"},
	{"suspended", is_suspended, say_standing, "请就资格事宜联系 CNCERT"},
	{"clock", is_clock, why_clock, "校准本机时钟（例如启用 NTP）"},
	{"disk", is_disk, why_disk, "腾出磁盘空间或提高 quota，之后会自动重新接收"},
	{"refused", is_refused, why_refused, "请将以上编号告知 CNCERT；程序会继续重试"},
	{"late", is_late, why_late, ""},
	{"idle", is_idle, why_idle, ""},
	{"ok", is_ok, why_ok, ""},
};

bool health_channel(const struct health_facts *facts, size_t nth, char *out, size_t size)
{
	char since[CLOCK_TEXT_SIZE];

	/* With another standing the word says it, of all channels at once. */
	for (size_t i = 0; i < facts->channel_count && !is_suspended(facts); i++) {
		const struct head_channel *channel = &facts->channels[i];

		if (channel->receives || nth-- > 0)
			continue;
		if (channel->since == TIME_NONE)
			(void)snprintf(out, size, "不接收频道 %s：%s", channel->channel, channel->reason);
		else
			(void)snprintf(out, size, "不再接收频道 %s，自 %s 起：%s", channel->channel,
				clock_format(channel->since, since), channel->reason);
		return true;
	}
	return false;
}

void health_judge(const struct health_facts *facts, struct health *ret)
{
	size_t i = 0;

	while (!conditions[i].applies(facts))
		i++;
	ret->word = conditions[i].word;
	ret->what_to_do = conditions[i].what_to_do;
	conditions[i].why(facts, ret->why, sizeof ret->why);
	ret->well = conditions[i].applies == is_ok || conditions[i].applies == is_idle;
}
