/* One document: what it is, who signed it, and, once a person opened it, its files. */
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/form.h"
#include "subscriber/day.h"
#include "subscriber/folder.h"
#include "subscriber/state.h"
#include "subscriber/web_file.h"
#include "subscriber/web_page.h"

#include <string.h>

static bool pair_time(struct buf *out, const char *name, int64_t at, struct err *err)
{
	char text[DAY_TEXT_SIZE];

	return at <= 0 || web_pair(out, name, day_format(at, text), err);
}

/* As the channel's form names it, and a time in this machine's own zone. */
static bool field(const struct web_request *request, const char *channel,
	const struct manifest_field *field, struct buf *out, struct err *err)
{
	const struct form *form = form_of(channel);
	size_t nth = form ? form_find(form, field->name) : 0;
	bool known = form && form->fields[nth].name;
	const char *value = form_value_text(channel, field->name, field->value);
	char text[DAY_TEXT_SIZE];
	struct err none;
	int64_t at;

	if (known && form->fields[nth].type == FORM_TIME && clock_parse(field->value, &at, &none))
		value = day_format(at, text);
	return web_pair(out, web_say(request, form_label(channel, field->name), field->name),
		web_say(request, value, known && form->fields[nth].words ? field->value : value), err);
}

static bool facts(const struct web_request *request, const struct document *document,
	const struct folder *folder, struct buf *out, struct err *err)
{
	const struct manifest *manifest = &folder->manifest;

	if (!buf_append_str(out, "<dl>", err) ||
		!web_pair(out, web_say(request, "频道", "Channel"), web_channel(request, manifest->channel),
			err) ||
		!web_pair(out, web_say(request, "期号", "Number"), manifest->number, err) ||
		!web_pair(out, web_say(request, "签发", "Signed by"), folder->signers, err) ||
		!pair_time(out, web_say(request, "印发", "Issued"), folder->entry.issued_at, err) ||
		!pair_time(out, web_say(request, "收到", "Stored"), document->stored_at, err) ||
		!pair_time(out, web_say(request, "打开", "Opened"), document->opened_at, err) ||
		!pair_time(out, web_say(request, "有效期至", "Expires"), manifest->expires_at, err))
		return false;
	for (size_t i = 0; i < manifest->field_count; i++) {
		if (!field(request, manifest->channel, &manifest->fields[i], out, err))
			return false;
	}
	return buf_printf(out, err, "</dl><p><small>✓ %s %s</small></p>\n",
		web_say(request, "签名和摘要刚刚核验无误；编号",
			"signatures and digests were checked just now; id"),
		document->id);
}

static bool show_file(const struct web_request *request, const char *id, size_t nth,
	const struct manifest_file *file, struct buf *out, struct err *err)
{
	if (!buf_printf(out, err, "<li><a href=\"%s/d/%s/f/%zu\">", request->base, id, nth) ||
		!web_text(out, file->name, err) ||
		!buf_printf(out, err, "</a><small>%lld %s</small></li>\n", (long long)file->size_bytes,
			web_say(request, "字节", "bytes")))
		return false;
	return true;
}

/* The first that a browser shows is shown at once. */
static bool show_first(const struct web_request *request, const char *id,
	const struct manifest *manifest, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < manifest->file_count; i++) {
		if (!web_file_is_shown(manifest->files[i].type))
			continue;
		return buf_printf(
				   out, err, "<iframe src=\"%s/d/%s/f/%zu\" title=\"", request->base, id, i) &&
			   web_text(out, manifest->files[i].name, err) &&
			   buf_append_str(out, "\"></iframe>\n", err);
	}
	return true;
}

static bool files(const struct web_request *request, const struct document *document,
	const struct manifest *manifest, struct buf *out, struct err *err)
{
	if (!document->opened_at)
		return web_form_begin(request, document->id, "open", out, err) &&
			   buf_printf(out, err, "<p class=\"note\">%s</p><button>%s</button></form>\n",
				   web_say(request, "打开后，本设备会向 CNCERT 签发“已打开”回执。",
					   "Once it is opened, this device signs for CNCERT that a person did so."),
				   web_say(request, "打开阅读", "Open and read"));
	if (!buf_append_str(out, "<ul class=\"list files\">", err))
		return false;
	for (size_t i = 0; i < manifest->file_count; i++) {
		if (!show_file(request, document->id, i, &manifest->files[i], out, err))
			return false;
	}
	return buf_append_str(out, "</ul>\n", err) &&
		   show_first(request, document->id, manifest, out, err);
}

/* What was posted and could not be done. */
static bool problem(const struct web_request *request, struct buf *out, struct err *err)
{
	return !*request->problem ||
		   (buf_printf(
				out, err, "<p class=\"note ill\">%s", web_say(request, "未执行：", "Not done: ")) &&
			   web_text(out, request->problem, err) && buf_append_str(out, "</p>\n", err));
}

bool web_page_document(const struct web_request *request, struct buf *out, struct err *err)
{
	const struct config *config = request->web->config;
	auto_db struct db db = {.handle = NULL};
	auto_folder struct folder folder = {.signers = ""};
	auto_buf struct buf path = BUF_INIT(8192);
	struct document document;
	auto_fd int dir = -1;
	struct err why;

	if (!state_open_readonly(config->state, &db, err) ||
		!inbox_find(&db, request->id, &document, err) ||
		!web_begin(request, document.title, out, err) || !buf_append_str(out, "<h1>", err) ||
		!web_text(out, document.title, err) || !buf_append_str(out, "</h1>\n", err) ||
		!problem(request, out, err))
		return false;
	if (strcmp(document.state, "recalled") == 0)
		return buf_printf(out, err, "<p class=\"note ill\">%s</p>",
				   web_say(request, "CNCERT 已召回此文件，文件已移入隔离区。",
					   "CNCERT has recalled it; it lies in quarantine.")) &&
			   web_end(out, err);
	if (!inbox_open_folder(config, &document, &path, &dir, &why) ||
		!folder_load(dir, &config->root, &folder, &why))
		return buf_printf(out, err, "<p class=\"note ill\">%s ",
				   web_say(request, "核验失败，请运行 certwire-unit resync：",
					   "It is not as it was issued; run certwire-unit resync:")) &&
			   web_text(out, why.text, err) && buf_append_str(out, "</p>", err) &&
			   web_end(out, err);
	return facts(request, &document, &folder, out, err) &&
		   web_reply_section(request, &db, &document, out, err) &&
		   files(request, &document, &folder.manifest, out, err) && web_end(out, err);
}
