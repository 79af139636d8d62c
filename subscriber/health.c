#include "subscriber/health.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/refusal.h"
#include "common/standing.h"
#include "subscriber/mailbox.h"
#include "subscriber/outbox.h"
#include "subscriber/state.h"

static void copy(char *out, size_t size, sqlite3_stmt *stmt, int column)
{
	(void)snprintf(out, size, "%s", db_text(stmt, column));
}

static bool read_line(struct db *db, struct health_facts *facts, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	if (!db_query(db, err, &stmt, "SELECT connected, gap, broker, reason, since, echo_at FROM line",
			"") ||
		!db_next(db, stmt, &row, err))
		return false;
	if (!row)
		return true;
	facts->connected = sqlite3_column_int(stmt, 0) && facts->running;
	facts->gap = sqlite3_column_int(stmt, 1);
	copy(facts->broker, sizeof facts->broker, stmt, 2);
	copy(facts->line_reason, sizeof facts->line_reason, stmt, 3);
	facts->line_since = sqlite3_column_int64(stmt, 4);
	facts->echo_at = sqlite3_column_int64(stmt, 5);
	return true;
}

static bool read_head(struct db *db, struct health_facts *facts, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;

	if (!db_query(db, err, &stmt,
			"SELECT standing, since, reason, clock_offset, last, epoch FROM head", "") ||
		!db_next(db, stmt, &facts->head, err))
		return false;
	if (!facts->head)
		return true;
	copy(facts->standing, sizeof facts->standing, stmt, 0);
	facts->standing_since = sqlite3_column_int64(stmt, 1);
	copy(facts->reason, sizeof facts->reason, stmt, 2);
	facts->clock_offset_s = sqlite3_column_int64(stmt, 3);
	/* A head of an epoch that is over says nothing of this one's end. */
	facts->announced =
		sqlite3_column_int64(stmt, 5) == facts->epoch ? sqlite3_column_int64(stmt, 4) : 0;
	return true;
}

static bool read_counts(struct db *db, struct health_facts *facts, struct err *err)
{
	const struct {
		int64_t *ret;
		const char *sql;
	} counts[] = {
		{&facts->stored, "SELECT count(*) FROM publication WHERE state = 'stored'"},
		{&facts->unread,
			"SELECT count(*) FROM publication WHERE state = 'stored' AND opened_at IS NULL"},
		{&facts->wanted, "SELECT count(*) FROM publication WHERE state = 'wanted'"},
		{&facts->waiting, "SELECT count(*) FROM publication WHERE state = 'wanted' AND code = 0"
						  " AND (sealed IS NOT NULL OR retry_at = 0)"},
		{&facts->refused, "SELECT count(*) FROM publication WHERE state = 'wanted' AND code > 0"},
		{&facts->disk,
			"SELECT count(*) FROM publication WHERE state = 'wanted' AND code IN (401, 402)"},
		{&facts->receipts_refused,
			"SELECT count(*) FROM receipt WHERE refused > 0 AND signed_at >"
			" (SELECT coalesce(max(signed_at), 0) FROM receipt, self WHERE refused = 0 AND"
			"  number <= settled)"},
		{&facts->incidents, "SELECT sum(total) FROM incident"},
		{&facts->keyset, "SELECT max(version) FROM keyset"},
	};

	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		if (!db_int(db, err, 0, counts[i].ret, counts[i].sql, ""))
			return false;
	}
	return true;
}

static bool read_refusals(struct db *db, struct health_facts *facts, struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	int64_t code;
	bool row;

	if (!db_int(db, err, 0, &code,
			"SELECT refused FROM receipt WHERE refused > 0 ORDER BY number DESC LIMIT 1", "") ||
		!db_query(db, err, &stmt,
			"SELECT code, reason FROM publication WHERE state = 'wanted' AND code > 0"
			" ORDER BY epoch DESC, number DESC LIMIT 1",
			"") ||
		!db_next(db, stmt, &row, err))
		return false;
	facts->receipts_refused_code = (int)code;
	if (row) {
		facts->refused_code = sqlite3_column_int(stmt, 0);
		copy(facts->refused_reason, sizeof facts->refused_reason, stmt, 1);
	}
	return true;
}

bool health_read(const char *dir, struct db *db, struct health_facts *ret, struct err *err)
{
	struct health_facts facts = {.running = false};
	int64_t unsettled;

	if (!state_is_locked(dir, &facts.running, err) || !state_epoch(db, &facts.epoch, err) ||
		!mailbox_last(db, facts.epoch, &facts.last, err) || !read_line(db, &facts, err) ||
		!read_head(db, &facts, err) || !read_counts(db, &facts, err) ||
		!read_refusals(db, &facts, err) ||
		!outbox_numbers(db, &facts.receipts, &facts.settled, err) ||
		!outbox_pending(db, &facts.unsigned_items, &unsettled, err))
		return false;
	*ret = facts;
	return true;
}

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
	return facts->disk > 0;
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

static void why_offline(const struct health_facts *facts, char *out, size_t size)
{
	char since[CLOCK_TEXT_SIZE];

	if (facts->connected)
		(void)snprintf(out, size, "已连接 %s，%s", facts->broker,
			facts->keyset ? "正在等待首部信息"
						  : "但尚未收到密钥集，无法核实对方身份（本单位可能尚无接收资格）");
	else
		(void)snprintf(out, size, "自 %s 起未连接（%s）：%s",
			clock_format(facts->line_since, since), *facts->broker ? facts->broker : "-",
			facts->line_reason);
}

static void why_gap(const struct health_facts *facts, char *out, size_t size)
{
	char at[CLOCK_TEXT_SIZE];

	(void)snprintf(out, size, "同步请求没有得到回应（最近一次回应：%s），正在换用其他服务器",
		facts->echo_at ? clock_format(facts->echo_at, at) : "从未");
}

static void why_suspended(const struct health_facts *facts, char *out, size_t size)
{
	char since[CLOCK_TEXT_SIZE];
	enum standing standing = STANDING_SUSPENDED;

	(void)!standing_parse(facts->standing, strlen(facts->standing), &standing);
	(void)snprintf(out, size, "%s，自 %s 起：%s", standing_name_zh(standing),
		clock_format(facts->standing_since, since),
		*facts->reason ? facts->reason : "（未说明原因）");
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

static void why_late(const struct health_facts *facts, char *out, size_t size)
{
	int64_t entries = facts->announced > facts->last ? facts->announced - facts->last : 0;

	(void)snprintf(out, size, "还缺 %lld 件文件、%lld 个条目；%lld 份回执尚未结清",
		(long long)facts->waiting, (long long)entries,
		(long long)(facts->receipts - facts->settled + (facts->unsigned_items > 0)));
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
	{"suspended", is_suspended, why_suspended, "请就资格事宜联系 CNCERT"},
	{"clock", is_clock, why_clock, "校准本机时钟（例如启用 NTP）"},
	{"disk", is_disk, why_refused, "腾出磁盘空间或提高 quota，之后会自动重新接收"},
	{"refused", is_refused, why_refused, "请将以上编号告知 CNCERT；程序会继续重试"},
	{"late", is_late, why_late, ""},
	{"idle", is_idle, why_idle, ""},
	{"ok", is_ok, why_ok, ""},
};

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
