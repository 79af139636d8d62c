#include "publisher/cli/reopen.h"

#include <string.h>

#include "common/file.h"

struct reopen {
	const struct manifest *manifest;
	const char *without;
	struct sources *sources;
	bool skips; /* the file that comes now */
};

static bool begin(void *context, size_t file, struct err *err)
{
	struct reopen *reopen = context;
	const char *name = reopen->manifest->files[file].name;

	reopen->skips = strcmp(name, reopen->without) == 0;
	return reopen->skips || sources_add(reopen->sources, name, "", 0, err);
}

static bool take(void *context, const void *data, size_t len, struct err *err)
{
	struct reopen *reopen = context;
	const struct source *last = &reopen->sources->items[reopen->sources->count - 1];

	return reopen->skips || file_write_all(last->fd, data, len, last->name, err);
}

static bool end(void *context, size_t file, struct err *err)
{
	(void)context;
	(void)file;
	(void)err;
	return true;
}

bool reopen_files(
	struct opened *opened, const char *without, struct sources *sources, struct err *err)
{
	struct reopen reopen = {.manifest = &opened->manifest, .without = without, .sources = sources};
	const struct body_file_sink sink = {
		.open = begin, .write = take, .close = end, .context = &reopen};

	return body_read_files(&opened->found.publication.body, opened->content_key, spool_get,
		&opened->spool, opened->manifest_bytes.len, &opened->manifest, &sink, err);
}
