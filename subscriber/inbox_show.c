#include "common/cleanup.h"
#include "common/clock.h"
#include "common/form.h"
#include "common/json.h"
#include "subscriber/folder.h"
#include "subscriber/inbox.h"
#include "subscriber/replies.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <string.h>

struct shown {
	struct document document;
	struct reply_said said;
	struct folder folder;
	struct buf path;
};

static void shown_release(struct shown *shown)
{
	folder_release(&shown->folder);
	buf_release(&shown->path);
}

static void show_time(const char *what, int64_t at)
{
	char text[CLOCK_TEXT_SIZE];

	if (at != TIME_NONE && at != 0)
		(void)printf("%s%s\n", what, clock_format(at, text));
}

/* Each line of a value as one of ours, fit for a terminal. */
static void show_field(const char *channel, const struct manifest_field *field)
{
	const char *text = form_value_text(channel, field->name, field->value);
	const char *label = form_label(channel, field->name);
	char clean[LIMIT_FIELD_VALUE + 1];
	char name[4 * LIMIT_FIELD_NAME];

	(void)printf("%s  ", err_quote(name, sizeof name, label, strlen(label)));
	for (;;) {
		size_t len = strcspn(text, "\n");

		(void)printf("%s\n", err_quote(clean, sizeof clean, text, len));
		text += len;
		if (*text++ == '\0')
			return;
		(void)printf("      ");
	}
}

static void show_text(const struct shown *shown)
{
	const struct manifest *manifest = &shown->folder.manifest;

	(void)printf("标题  %s\n频道  %s\n期号  %s\n编号  %s\n类别  %s\n签发  %s\n", manifest->title,
		manifest->channel, manifest->number, shown->document.id, kind_name(manifest->kind),
		shown->folder.signers);
	show_time("印发  ", shown->folder.entry.issued_at);
	show_time("收到  ", shown->document.stored_at);
	show_time("打开  ", shown->document.opened_at);
	show_time("有效期至  ", manifest->expires_at);
	if (*shown->document.taken_back_by)
		(void)printf("%s  %s\n", shown->document.superseded ? "已被替代" : "已被召回",
			shown->document.taken_back_by);
	for (size_t i = 0; i < manifest->reference_count; i++)
		(void)printf("%s  %s\n", manifest->references[i].recalls ? "召回" : "替代",
			pub_id_format(&manifest->references[i].publication, (char[PUB_ID_SIZE]){""}));
	for (size_t i = 0; i < manifest->field_count; i++)
		show_field(manifest->channel, &manifest->fields[i]);
	for (size_t i = 0; i < manifest->file_count; i++)
		(void)printf("文件  %s/%s（%s，%lld 字节）\n", buf_str(&shown->path),
			manifest->files[i].name, manifest->files[i].type,
			(long long)manifest->files[i].size_bytes);
}

static void show_reply(const struct reply_said *said)
{
	char at[CLOCK_TEXT_SIZE];
	const char *zh;
	const char *en;

	if (!said->found)
		return;
	reply_said_state(said, &zh, &en);
	(void)printf("答复  %s", said->answer);
	if (said->seats)
		(void)printf(" %lld 人", (long long)said->seats);
	(void)printf("（%s，%s %s）%s%s\n", clock_format(said->at, at), zh, en, *said->note ? "：" : "",
		said->note);
}

static json_t *reply_json(const struct reply_said *said)
{
	if (!said->found)
		return json_null();
	return json_pack("{s:s, s:I, s:s, s:I, s:b, s:b, s:i}", "answer", said->answer, "seats",
		(json_int_t)said->seats, "note", said->note, "at", (json_int_t)said->at, "sent",
		said->signed_, "settled", said->settled, "refused", said->refused);
}

/* The manifest as it is, with what is known beside it. */
static bool show_json(const struct shown *shown, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(4 * LIMIT_MANIFEST);
	auto_json json_t *manifest = NULL;
	auto_json json_t *json = NULL;

	if (!json_parse_strict(shown->folder.manifest_bytes.data, shown->folder.manifest_bytes.len,
			LIMIT_MANIFEST, "manifest", REFUSAL_MANIFEST_MALFORMED, &manifest, err))
		return false;
	json = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:O}", "id", shown->document.id,
		"taken_back_by", shown->document.taken_back_by, "folder", buf_str(&shown->path), "signers",
		shown->folder.signers, "stored_at", (json_int_t)shown->document.stored_at, "opened_at",
		(json_int_t)shown->document.opened_at, "reply", reply_json(&shown->said), "manifest",
		manifest);
	if (!json)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (!json_write(json, &text, err))
		return false;
	(void)printf("%s\n", buf_str(&text));
	return true;
}

bool verb_inbox_show(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	struct shown shown CLEANUP(shown_release) = {.path = BUF_INIT(8192)};
	auto_fd int dir = -1;

	if (!verb_config(call, &config, err) || !state_open_readonly(config.state, &db, err) ||
		!inbox_find(&db, call->argv[0], &shown.document, err) ||
		!replies_find(&db, shown.document.id, &shown.said, err) ||
		!inbox_open_folder(&config, &shown.document, &shown.path, &dir, err) ||
		!folder_load(dir, &config.root, &shown.folder, err))
		return false;
	if (cli_has(call, "json"))
		return show_json(&shown, err);
	show_text(&shown);
	show_reply(&shown.said);
	return true;
}
