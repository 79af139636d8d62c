#include "publisher/cli/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/digest.h"
#include "common/file.h"
#include "common/filename.h"
#include "common/utf8.h"
#include "publisher/cli/lint.h"

enum { CHUNK_BYTES = 64 * 1024 };

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool check_name(const struct source *source, struct err *err)
{
	size_t len = strlen(source->name);
	bool is_nfc = false;

	if (utf8_valid(source->name, len) && !utf8_is_nfc(source->name, len, &is_nfc, err))
		return false;
	if (utf8_valid(source->name, len) && !is_nfc)
		return err_set(err, ERR_DATA,
			"'%s': the name is not in Unicode form NFC (it came from a Mac, perhaps); "
			"rename the file by typing its name anew",
			ERR_QUOTED(source->path));
	return filename_check(source->name, len, err) ||
		   err_context(err, "'%s' cannot be published under this name, rename it",
			   ERR_QUOTED(source->path));
}

static bool open_one(const char *path, struct source *source, struct err *err)
{
	struct stat info;

	*source = (struct source){.path = path, .name = last_part(path), .fd = -1};
	/* Never to wait for the other end of a pipe. */
	source->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (source->fd < 0)
		return err_errno(err, "cannot open '%s'", ERR_QUOTED(path));
	if (fstat(source->fd, &info) != 0)
		return err_errno(err, "cannot read '%s'", ERR_QUOTED(path));
	if (!S_ISREG(info.st_mode))
		return S_ISDIR(info.st_mode)
				   ? err_set(err, ERR_DATA, "'%s' is no regular file; give the files in it",
						 ERR_QUOTED(path))
				   : err_set(err, ERR_DATA, "'%s' is no regular file", ERR_QUOTED(path));
	if (info.st_size > LIMIT_FILE_BYTES)
		return err_set(
			err, ERR_DATA, "'%s' is larger than %d MiB", ERR_QUOTED(path), LIMIT_FILE_BYTES >> 20);
	return check_name(source, err);
}

bool sources_open(char *const *paths, size_t count, struct sources *ret, struct err *err)
{
	auto_sources struct sources sources = {.count = 0};

	if (count > LIMIT_FILES)
		return err_set(
			err, ERR_USAGE, "at most %d files make a publication, not %zu", LIMIT_FILES, count);
	for (size_t i = 0; i < count; i++) {
		struct source *source = &sources.items[sources.count++];

		if (!open_one(paths[i], source, err))
			return false;
	}
	*ret = sources;
	sources.count = 0;
	return true;
}

bool sources_add(
	struct sources *sources, const char *name, const void *data, size_t len, struct err *err)
{
	struct source *source = &sources->items[sources->count];

	if (sources->count == LIMIT_FILES)
		return err_set(err, ERR_USAGE, "at most %d files make a publication", LIMIT_FILES);
	int fd = memfd_create("certwire", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(err, "cannot make '%s'", ERR_QUOTED(name));
	*source = (struct source){.path = name, .name = name, .fd = fd};
	sources->count++;
	return file_write_all(fd, data, len, name, err) && check_name(source, err);
}

void sources_release(struct sources *sources)
{
	while (sources->count > 0)
		cleanup_fd(&sources->items[--sources->count].fd);
}

typedef bool chunk_sink(void *context, const void *data, size_t len, struct err *err);

/* From its beginning to its end, wherever that is now. */
static bool read_all(const struct source *source, chunk_sink *sink, void *context, struct err *err)
{
	uint8_t chunk[CHUNK_BYTES];

	for (off_t at = 0;;) {
		ssize_t n = pread(source->fd, chunk, sizeof chunk, at);

		if (n == 0)
			return true;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "cannot read '%s'", ERR_QUOTED(source->path));
		if (!sink(context, chunk, (size_t)n, err))
			return false;
		at += n;
	}
}

struct measure {
	struct digest_state digest;
	int64_t size_bytes;
};

static bool measure_chunk(void *context, const void *data, size_t len, struct err *err)
{
	struct measure *measure = context;

	measure->size_bytes += (int64_t)len;
	if (measure->size_bytes > LIMIT_FILE_BYTES)
		return err_set(err, ERR_DATA, "larger than %d MiB", LIMIT_FILE_BYTES >> 20);
	digest_update(&measure->digest, data, len);
	return true;
}

static bool describe(
	const struct source *source, struct manifest *manifest, struct buf *warnings, struct err *err)
{
	struct measure measure = {.size_bytes = 0};
	struct lint lint;

	digest_init(&measure.digest);
	if (!read_all(source, measure_chunk, &measure, err) || !lint_file(source, &lint, err))
		return false;
	struct digest digest = digest_final(&measure.digest);

	return manifest_add_file(manifest, source->name, lint.type, measure.size_bytes, &digest, err) &&
		   lint_view(&lint, source->name, warnings, err);
}

bool sources_describe(
	const struct sources *sources, struct manifest *manifest, struct buf *warnings, struct err *err)
{
	for (size_t i = 0; i < sources->count; i++)
		if (!describe(&sources->items[i], manifest, warnings, err))
			return err_context(err, "'%s'", ERR_QUOTED(sources->items[i].path));
	return true;
}

struct push {
	struct body_writer *writer;
	struct digest_state digest;
	int64_t left_bytes;
};

/* Bytes past the announced size are not pushed: the digest of a file that grew would fit. */
static bool push_chunk(void *context, const void *data, size_t len, struct err *err)
{
	struct push *push = context;

	push->left_bytes -= (int64_t)len;
	if (push->left_bytes < 0)
		return err_set(err, ERR_DATA, "it grew while it was read; draft it again");
	digest_update(&push->digest, data, len);
	return body_writer_push(push->writer, data, len, err);
}

bool sources_push(const struct sources *sources, const struct manifest *manifest,
	struct body_writer *writer, struct err *err)
{
	for (size_t i = 0; i < sources->count; i++) {
		const struct source *source = &sources->items[i];
		struct push push = {.writer = writer, .left_bytes = manifest->files[i].size_bytes};

		digest_init(&push.digest);
		if (!read_all(source, push_chunk, &push, err))
			return err_context(err, "'%s'", ERR_QUOTED(source->path));
		struct digest digest = digest_final(&push.digest);

		if (!digest_equal(&digest, &manifest->files[i].digest))
			return err_set(err, ERR_DATA, "'%s' changed while it was read; draft it again",
				ERR_QUOTED(source->path));
	}
	return true;
}
