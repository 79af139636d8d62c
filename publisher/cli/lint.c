#include "publisher/cli/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <magic.h>

#include "common/ident.h"
#include "common/json.h"
#include "common/utf8.h"
#include "publisher/cli/media.h"
#include "publisher/cli/output.h"

static const char octets[] = "application/octet-stream";

void lint_warn(struct lint *lint, const char *code, const char *fmt, ...)
{
	struct lint_warning *warning = &lint->warnings[lint->count];
	char text[2 * LINT_TEXT_SIZE];
	va_list args;

	if (lint->count == LINT_WARNINGS_MAX)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	warning->code = code;
	(void)err_quote(warning->text, sizeof warning->text, text, strlen(text));
	lint->count++;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

bool lint_is_program(const char *name)
{
	static const char *const endings[] = {"exe", "dll", "com", "scr", "msi", "bat", "cmd", "ps1",
		"vbs", "js", "jse", "wsf", "hta", "lnk", "jar", "sh", "py", "elf", "so", "apk"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < ARRAY_LEN(endings); i++)
		if (strcasecmp(dot + 1, endings[i]) == 0)
			return true;
	return false;
}

static bool is_program_type(const char *type)
{
	static const char *const types[] = {"application/x-executable", "application/x-pie-executable",
		"application/x-sharedlib", "application/x-dosexec", "application/x-mach-binary",
		"application/vnd.microsoft.portable-executable", "application/x-msdownload",
		"text/x-shellscript", "text/x-msdos-batch", "text/x-python", "application/javascript",
		"text/javascript", "application/java-archive", "application/vnd.android.package-archive"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

/* libmagic's word for what begins so; what it cannot tell is octets. */
static void type_by_content(const void *data, size_t len, char *out, size_t size)
{
	magic_t magic = magic_open(MAGIC_MIME_TYPE);
	const char *found = NULL;

	if (magic && magic_load(magic, NULL) == 0)
		found = magic_buffer(magic, data, len);
	(void)snprintf(
		out, size, "%s", found && ident_is_media_type(found, strlen(found)) ? found : octets);
	if (magic)
		magic_close(magic);
}

static bool is_zip_family(const char *type)
{
	return strcmp(type, "application/zip") == 0 || strcmp(type, "application/ofd") == 0 ||
		   begins(type, "application/vnd.openxmlformats-");
}

static bool is_ole_family(const char *type)
{
	return strcmp(type, "application/msword") == 0 ||
		   strcmp(type, "application/x-ole-storage") == 0 ||
		   strcmp(type, "application/CDFV2") == 0 || begins(type, "application/vnd.ms-");
}

static bool is_text_family(const char *type)
{
	return begins(type, "text/") || strcmp(type, "application/json") == 0 ||
		   strcmp(type, "application/xml") == 0 || strcmp(type, "application/csv") == 0;
}

/* Whether the name may say more exactly what the content shows in general. */
static bool agree(const char *named, const char *found, bool is_text)
{
	if (strcmp(found, octets) == 0 || begins(found, "inode/") ||
		begins(found, "application/x-empty"))
		return is_text && is_text_family(named);
	return strcmp(named, found) == 0 || (is_zip_family(named) && is_zip_family(found)) ||
		   (is_ole_family(named) && is_ole_family(found)) ||
		   (is_text_family(named) && is_text_family(found) && !is_program_type(found));
}

static void judge_type(
	const struct source *source, const char *found, bool is_text, struct lint *lint)
{
	const char *named = media_type(source->name);

	if (agree(named, found, is_text)) {
		(void)snprintf(lint->type, sizeof lint->type, "%s", named);
		return;
	}
	(void)snprintf(lint->type, sizeof lint->type, "%s", found);
	if (strcmp(named, octets) != 0)
		lint_warn(
			lint, "type", "名为 %s，内容却是 %s（named like one, is the other）", named, found);
}

static void look(const struct source *source, const void *data, size_t len, struct lint *lint)
{
	char found[LIMIT_MEDIA_TYPE + 1];

	type_by_content(data, len, found, sizeof found);
	judge_type(source, found, utf8_valid(data, len), lint);
	if (is_program_type(found) || lint_is_program(source->name))
		lint_warn(lint, "executable", "是可执行内容 is executable content: %s", found);
	if (len >= 5 && memcmp(data, "%PDF-", 5) == 0)
		lint_pdf(data, len, lint);
	else if (len >= 4 && memcmp(data, "PK\3\4", 4) == 0)
		lint_archive(data, len, lint);
	else if (len >= 8 && memcmp(data, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0)
		lint_ole(data, len, lint);
}

bool lint_file(const struct source *source, struct lint *ret, struct err *err)
{
	struct stat info;

	if (fstat(source->fd, &info) != 0)
		return err_errno(err, "cannot read '%s'", ERR_QUOTED(source->path));
	*ret = (struct lint){.size_bytes = info.st_size};
	if (info.st_size == 0) {
		look(source, "", 0, ret);
		return true;
	}
	size_t len = (size_t)info.st_size;
	void *data = mmap(NULL, len, PROT_READ, MAP_PRIVATE, source->fd, 0);

	if (data == MAP_FAILED)
		return err_errno(err, "cannot read '%s'", ERR_QUOTED(source->path));
	look(source, data, len, ret);
	(void)munmap(data, len);
	return true;
}

bool lint_view(const struct lint *lint, const char *name, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < lint->count; i++)
		if (!buf_printf(
				out, err, "注意 warning: %s: %s\n", ERR_QUOTED(name), lint->warnings[i].text))
			return false;
	return true;
}

json_t *lint_json(const struct lint *lint, const char *name)
{
	auto_json json_t *warnings = json_array();

	for (size_t i = 0; i < lint->count; i++)
		if (json_array_append_new(warnings, json_pack("{s:s, s:s}", "code", lint->warnings[i].code,
												"text", lint->warnings[i].text)) != 0)
			return NULL;
	return json_pack("{s:s, s:s, s:I, s:O}", "name", name, "type", lint->type, "size",
		(json_int_t)lint->size_bytes, "warnings", warnings);
}
