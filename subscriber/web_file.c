#include "subscriber/web_file.h"

#include "common/cleanup.h"
#include "subscriber/folder.h"
#include "subscriber/state.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* A text is shown as nothing but text, whatever is in it. */
static const struct {
	const char *type;
	const char *sent_as;
} shown[] = {
	{"application/pdf", "application/pdf"},
	{"text/plain", "text/plain; charset=utf-8"},
	{"image/png", "image/png"},
	{"image/jpeg", "image/jpeg"},
	{"image/gif", "image/gif"},
};

static const char *sent_as(const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
		if (strcmp(shown[i].type, type) == 0)
			return shown[i].sent_as;
	}
	return NULL;
}

bool web_file_is_shown(const char *type)
{
	return sent_as(type) != NULL;
}

/* Opened anew by the name in the manifest that was just checked, and by no link. */
static bool open_checked(
	int dir, const struct manifest_file *file, struct web_file *ret, struct err *err)
{
	auto_fd int fd = openat(dir, file->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return err_errno(err, "cannot open '%s'", ERR_QUOTED(file->name));
	if (!S_ISREG(st.st_mode) || st.st_size != file->size_bytes)
		return err_set(err, ERR_DATA, "'%s' was changed", ERR_QUOTED(file->name));
	ret->type = sent_as(file->type);
	if (!buf_printf(
			&ret->disposition, err, "%s; filename*=UTF-8''", ret->type ? "inline" : "attachment") ||
		!web_percent(&ret->disposition, file->name, err))
		return false;
	if (!ret->type)
		ret->type = "application/octet-stream";
	ret->size_bytes = file->size_bytes;
	ret->fd = fd;
	fd = -1;
	return true;
}

bool web_file_open(
	const struct web_request *request, size_t nth, struct web_file *ret, struct err *err)
{
	const struct config *config = request->web->config;
	auto_db struct db db = {.handle = NULL};
	auto_folder struct folder folder = {.signers = ""};
	auto_buf struct buf path = BUF_INIT(8192);
	struct document document;
	auto_fd int dir = -1;

	if (!state_open_readonly(config->state, &db, err) ||
		!inbox_find(&db, request->id, &document, err))
		return false;
	if (!document.opened_at || strcmp(document.state, "stored") != 0)
		return err_set(err, ERR_DENIED, "it has not been opened, or it was recalled");
	if (!inbox_open_folder(config, &document, &path, &dir, err) ||
		!folder_load(dir, &config->root, &folder, err))
		return false;
	if (nth >= folder.manifest.file_count)
		return err_set(err, ERR_USAGE, "it has no such file");
	return open_checked(dir, &folder.manifest.files[nth], ret, err);
}
