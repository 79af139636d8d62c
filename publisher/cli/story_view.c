#include "publisher/cli/story_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/language.h"
#include "common/refusal.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/output.h"
#include "publisher/cli/table.h"
#include "publisher/cli/when.h"

enum { LINE_BYTES_MAX = 4096, NUMBERS_SIZE = 96, STATE_SIZE = 192 };

bool story_refused(const char *advice, struct err *err)
{
	if (err->kind == ERR_DATA)
		err->kind = ERR_DENIED;
	if (err->kind != ERR_DENIED)
		return false;
	(void)err_context(err, "证明不成立 the story does not hold");
	return err_advice(err, "%s", language_text(advice));
}

static bool line(struct buf *out, const char *label, const struct buf *value, struct err *err)
{
	return output_field(out, 18, label, buf_str(value), err);
}

static bool view_editors(const struct story *story, struct buf *out, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(LINE_BYTES_MAX);

	for (size_t i = 0; i < story->editor_count; i++)
		if (!buf_printf(&text, err, "%s%s (%s)", i > 0 ? ", " : "", story->editors[i]->name,
				story->editors[i]->kid))
			return false;
	if (story->editor_count == 0)
		return buf_append_str(&text, "尚无已签名条目 no entry is signed yet", err) &&
			   line(out, "签发 approved by", &text, err);
	return buf_printf(&text, err, "；需 demanded %d", story->demanded) &&
		   line(out, "签发 approved by", &text, err);
}

static bool view_keysets(const struct story *story, struct buf *out, struct err *err)
{
	const struct keyset *newest = keyring_newest(&story->ring);
	auto_buf struct buf text = BUF_INIT(LINE_BYTES_MAX);
	char time[WHEN_TEXT_SIZE];

	return buf_printf(&text, err, "%zu，最新 newest %" PRId64 " (%s)；根 root %s",
			   story->ring.count, newest->version, when_format(newest->issued_at, time),
			   story->ring.pinned.text) &&
		   line(out, "密钥集 keysets", &text, err);
}

static bool view_digests(const struct story *story, struct buf *out, struct err *err)
{
	auto_buf struct buf manifest = BUF_INIT(LINE_BYTES_MAX);
	auto_buf struct buf body = BUF_INIT(LINE_BYTES_MAX);
	char hex[DIGEST_HEX_SIZE];

	return buf_append_str(&manifest, digest_hex(&story->manifest, hex), err) &&
		   line(out, "清单 manifest", &manifest, err) &&
		   buf_printf(&body, err, "%s，%u parts", digest_hex(&story->body.digest, hex),
			   (unsigned)story->body.parts) &&
		   line(out, "正文 body", &body, err);
}

struct counts {
	size_t signed_;
	size_t stored;
	size_t opened;
};

static struct counts count(const struct story *story)
{
	struct counts counts = {0};
	int64_t at;

	for (size_t i = 0; i < story->unit_count; i++) {
		counts.signed_ += story->units[i].entry_count > 0;
		counts.stored += story_settled(story, &story->units[i], &at);
		counts.opened += story_reached(&story->units[i], RECEIPT_OPENED, &at);
	}
	return counts;
}

static bool view_counts(const struct story *story, struct buf *out, struct err *err)
{
	struct counts counts = count(story);
	auto_buf struct buf text = BUF_INIT(LINE_BYTES_MAX);

	return buf_printf(&text, err,
			   "%zu 家 units；已签名 signed %zu；已存 stored %zu；已阅 opened %zu",
			   story->unit_count, counts.signed_, counts.stored, counts.opened) &&
		   line(out, "列入 entered", &text, err);
}

/* Of a device: when it reached a state, and by which receipts. */
static int64_t reached(const struct story_device *device, enum receipt_state state)
{
	for (size_t i = 0; i < device->receipt_count; i++)
		if (device->receipts[i].states[state])
			return device->receipts[i].at[state];
	return 0;
}

static void list_numbers(const struct story_device *device, char out[static NUMBERS_SIZE])
{
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < device->receipt_count && used < NUMBERS_SIZE; i++)
		used += (size_t)snprintf(out + used, NUMBERS_SIZE - used, "%s%" PRId64, i > 0 ? ", " : "",
			device->receipts[i].number);
}

static const char *state_text(enum story_state state)
{
	switch (state) {
	case STORY_OWED:
		return "待达 owed";
	case STORY_SETTLED:
		return "已结 settled";
	case STORY_EXPIRED:
		return "过期 expired";
	case STORY_WITHDRAWN:
		break;
	}
	return "召回 recalled";
}

/* What CNCERT says of it, and a refusal that the device signed. */
static void describe_state(
	const struct story_unit *unit, const struct story_device *device, char out[static STATE_SIZE])
{
	int64_t refused = device ? reached(device, RECEIPT_REFUSED) : 0;
	int64_t recalled = device ? reached(device, RECEIPT_RECALLED) : 0;
	int code = 0;

	for (size_t i = 0; device && i < device->receipt_count; i++)
		if (device->receipts[i].states[RECEIPT_REFUSED])
			code = device->receipts[i].code;
	(void)snprintf(out, STATE_SIZE, "%s",
		unit->entry_count ? state_text(unit->state) : "未签名 entry not signed yet");
	if (recalled)
		(void)snprintf(out + strlen(out), STATE_SIZE - strlen(out), "；已隔离 recalled %s",
			WHEN_OR_EMPTY(recalled));
	if (refused)
		(void)snprintf(out + strlen(out), STATE_SIZE - strlen(out), "；曾拒收 refused %s (%d)",
			WHEN_OR_EMPTY(refused), code);
}

static bool add_row(struct table *table, const struct story_unit *unit,
	const struct story_device *device, struct err *err)
{
	char entry[48];
	char numbers[NUMBERS_SIZE] = "";
	char state[STATE_SIZE];
	char entered[WHEN_TEXT_SIZE];
	int64_t stored = device ? reached(device, RECEIPT_STORED) : 0;
	int64_t opened = device ? reached(device, RECEIPT_OPENED) : 0;

	(void)snprintf(entry, sizeof entry, "%" PRId64 "/%" PRId64, unit->epoch, unit->number);
	if (device)
		list_numbers(device, numbers);
	describe_state(unit, device, state);
	const char *const cells[] = {unit->unit, unit->name, entry,
		when_format(unit->issued_at, entered), device ? device->device : "", WHEN_OR_EMPTY(stored),
		WHEN_OR_EMPTY(opened), numbers, state};

	return table_add_row(table, cells, err);
}

static bool view_units(const struct story *story, struct buf *out, struct err *err)
{
	static const char *const titles[] = {"单位 unit", "名称 name", "条目 entry", "列入 entered",
		"设备 device", "存入 stored", "打开 opened", "回执 receipt", "状态 state"};
	auto_table struct table table = TABLE_INIT(ARRAY_LEN(titles));

	if (story->unit_count == 0)
		return true;
	if (!table_add_row(&table, titles, err))
		return false;
	for (size_t i = 0; i < story->unit_count; i++) {
		const struct story_unit *unit = &story->units[i];

		if (unit->device_count == 0 && !add_row(&table, unit, NULL, err))
			return false;
		for (size_t j = 0; j < unit->device_count; j++)
			if (!add_row(&table, unit, &unit->devices[j], err))
				return false;
	}
	return table_write(&table, 2, out, err);
}

static bool view_others(const struct story *story, struct buf *out, struct err *err)
{
	auto_table struct table table = TABLE_INIT(3);

	if (story->other_count == 0)
		return true;
	for (size_t i = 0; i < story->other_count; i++) {
		const char *const cells[] = {
			story->others[i].unit, story->others[i].name, story->others[i].why};

		if (!table_add_row(&table, cells, err))
			return false;
	}
	return buf_append_str(out,
			   "\n资格正常而未列入 in good standing without an entry（数据库所述 the database's "
			   "word）\n",
			   err) &&
		   table_write(&table, 2, out, err);
}

static bool view_title(
	const struct story *story, const struct manifest *manifest, struct buf *out, struct err *err)
{
	char id[PUB_ID_SIZE];
	char channel[CHANNEL_TEXT_SIZE];
	char time[WHEN_TEXT_SIZE];
	auto_buf struct buf text = BUF_INIT(LINE_BYTES_MAX);

	if (!buf_printf(out, err, "%s  %s %s\n", pub_id_format(&story->id, id),
			channel_text(story->channel, channel), story->number) ||
		!buf_append_str(&text, when_format(story->issued_at, time), err) ||
		!line(out, "发布 issued", &text, err))
		return false;
	buf_clear(&text);
	return !manifest ||
		   (buf_append_str(&text, manifest->title, err) && line(out, "标题 title", &text, err));
}

/* Which of it rests on signatures, and which on CNCERT's word. */
static bool view_grounds(const struct manifest *manifest, struct buf *out, struct err *err)
{
	return buf_printf(out, err,
		"\n已证明 proven by signatures up to the root: 谁签发 who approved; 列入谁、编号、时间 to "
		"whom it was "
		"entered, number and time; 谁何时签收 which device signed what, its time by its own "
		"clock%s\n仅为 CNCERT 陈述 CNCERT's word alone: 单位名称 names of units; 受众规则的适用 "
		"how "
		"the audience rule was applied; 入库与结算时间 when receipts came and were settled; "
		"未列入者 "
		"who was left out and why%s\n",
		manifest ? "; 清单、频道、期号、受众规则 manifest, channel, number and audience rule" : "",
		manifest ? ""
				 : "; 频道、期号、受众规则 channel, number and audience rule (give --manifest)");
}

bool story_view(
	const struct story *story, const struct manifest *manifest, struct buf *out, struct err *err)
{
	return view_title(story, manifest, out, err) && view_editors(story, out, err) &&
		   view_keysets(story, out, err) && view_digests(story, out, err) &&
		   view_counts(story, out, err) && view_units(story, out, err) &&
		   view_others(story, out, err) && view_grounds(manifest, out, err);
}
