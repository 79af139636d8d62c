#include "subscriber/health_say.h"

#include "common/clock.h"
#include "common/language.h"
#include "common/refusal.h"
#include "common/standing.h"
#include "subscriber/room.h"

#include <stdio.h>
#include <string.h>

void health_say_stopped(const struct health_facts *facts, bool english, char *out, size_t size)
{
	(void)facts;
	(void)snprintf(out, size, "%s", english ? "the receiver does not run" : "接收程序没有运行");
}

enum { STORED_SIZE = 1024 };

/* What the daemon noted, which is English, as its reader speaks. */
static const char *say_stored(const char *text, bool english, char out[static STORED_SIZE])
{
	return english ? text : language_stored(out, STORED_SIZE, text);
}

/* 暂停，自 … 起：原因 */
void health_say_standing(const struct health_facts *facts, bool english, char *out, size_t size)
{
	char since[CLOCK_TEXT_SIZE];
	enum standing standing = STANDING_SUSPENDED;

	(void)!standing_parse(facts->standing, strlen(facts->standing), &standing);
	(void)clock_format(facts->standing_since, since);
	if (english)
		(void)snprintf(out, size, "%s since %s: %s", standing_name(standing), since,
			*facts->reason ? facts->reason : "(no reason was given)");
	else
		(void)snprintf(out, size, "%s，自 %s 起：%s", standing_name_zh(standing), since,
			*facts->reason ? facts->reason : "（未说明原因）");
}

static const char *say_waiting(const struct health_facts *facts, bool english)
{
	if (facts->keyset)
		return english ? "waiting for a head" : "正在等待首部信息";
	return english ? "but no keyset has come, so nobody can be believed (the unit may not be "
					 "entitled yet)"
				   : "但尚未收到密钥集，无法核实对方身份（本单位可能尚无接收资格）";
}

/* Who was just cut for its standing has no line, but knows why already: the last head said it. */
void health_say_offline(const struct health_facts *facts, bool english, char *out, size_t size)
{
	const char *broker = *facts->broker ? facts->broker : "-";
	char since[CLOCK_TEXT_SIZE];
	char reason[STORED_SIZE];
	size_t used;

	(void)clock_format(facts->line_since, since);
	if (facts->connected)
		(void)snprintf(out, size, english ? "connected to %s, %s" : "已连接 %s，%s", facts->broker,
			say_waiting(facts, english));
	else
		(void)snprintf(out, size,
			english ? "not connected since %s (%s): %s" : "自 %s 起未连接（%s）：%s", since, broker,
			say_stored(facts->line_reason, english, reason));
	used = strlen(out);
	if (!facts->head || strcmp(facts->standing, standing_name(STANDING_GOOD)) == 0 || used >= size)
		return;
	used += (size_t)snprintf(out + used, size - used, "%s",
		english ? "; standing as last heard: " : "；最近得知的资格：");
	if (used < size)
		health_say_standing(facts, english, out + used, size - used);
}

void health_say_gap(const struct health_facts *facts, bool english, char *out, size_t size)
{
	char at[CLOCK_TEXT_SIZE];
	const char *echo = facts->echo_at ? clock_format(facts->echo_at, at)
					   : english      ? "never"
									  : "从未";

	(void)snprintf(out, size,
		english ? "nobody answers our syncs (last answer: %s); another broker is tried"
				: "同步请求没有得到回应（最近一次回应：%s），正在换用其他服务器",
		echo);
}

void health_say_clock(const struct health_facts *facts, bool english, char *out, size_t size)
{
	bool slow = facts->clock_offset_s > 0;
	long long seconds = slow ? facts->clock_offset_s : -facts->clock_offset_s;

	if (english)
		(void)snprintf(
			out, size, "this machine's clock is %lld seconds %s", seconds, slow ? "slow" : "fast");
	else
		(void)snprintf(out, size, "本机时钟%s %lld 秒", slow ? "慢了" : "快了", seconds);
}

static const char *say_code(int code, bool english)
{
	const char *text = english ? refusal_text(code) : refusal_text_zh(code);

	return text ? text : "";
}

void health_say_refused(const struct health_facts *facts, bool english, char *out, size_t size)
{
	int code = facts->refused ? facts->refused_code : facts->receipts_refused_code;
	const char *text = say_code(code, english);
	char reason[STORED_SIZE];

	if (facts->refused)
		(void)snprintf(out, size,
			english ? "%lld could not be received: %d %s (%s)" : "%lld 件未能接收：%d %s（%s）",
			(long long)facts->refused, code, text,
			say_stored(facts->refused_reason, english, reason));
	else
		(void)snprintf(out, size,
			english ? "%lld receipts were not believed: %d %s" : "%lld 份回执未被采信：%d %s",
			(long long)facts->receipts_refused, code, text);
}

void health_say_disk(const struct health_facts *facts, bool english, char *out, size_t size)
{
	if (facts->disk > 0)
		health_say_refused(facts, english, out, size);
	else
		(void)snprintf(out, size,
			english ? "less than %d MiB are free on the disk: nothing can be received"
					: "磁盘剩余空间不足 %d MiB，无法接收文件",
			ROOM_RESERVE_BYTES >> 20);
}

void health_say_late(const struct health_facts *facts, bool english, char *out, size_t size)
{
	int64_t entries = facts->announced > facts->last ? facts->announced - facts->last : 0;
	int64_t receipts = facts->receipts - facts->settled + (facts->unsigned_items > 0);
	const struct {
		int64_t count;
		const char *zh[2]; /* before and after it */
		const char *en;
	} lacks[] = {
		{facts->waiting, {"还缺 ", " 件文件"}, " documents are still to come"},
		{entries, {"还缺 ", " 个条目"}, " entries are still to come"},
		{receipts, {"", " 份回执尚未结清"}, " receipts are not settled yet"},
	};
	size_t used = 0;

	for (size_t i = 0; i < ARRAY_LEN(lacks); i++) {
		if (lacks[i].count > 0 && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%s%lld%s",
				!used     ? ""
				: english ? "; "
						  : "；",
				english ? "" : lacks[i].zh[0], (long long)lacks[i].count,
				english ? lacks[i].en : lacks[i].zh[1]);
	}
}

void health_say_ok(const struct health_facts *facts, bool english, char *out, size_t size)
{
	(void)snprintf(out, size,
		english ? "all %lld that were owed are here and settled; %lld unread"
				: "应收 %lld 件，已全部入库并结清；未读 %lld 件",
		(long long)facts->stored, (long long)facts->unread);
}

void health_say_idle(const struct health_facts *facts, bool english, char *out, size_t size)
{
	(void)snprintf(out, size,
		english ? "connected to %s, nothing is owed so far" : "已连接 %s，目前没有应收的文件",
		facts->broker);
}
