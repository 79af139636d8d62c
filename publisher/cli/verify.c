#include "publisher/cli/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/limits.h"
#include "common/refusal.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/story_view.h"

const struct cli_option verify_options[] = {
	{"manifest", "FILE", "hold it against this manifest too (.certwire/manifest.json in an inbox)",
		false},
	{"files", "FOLDER", "and the files in this folder against the manifest", false},
	{"json", NULL, "print JSON", false},
	{0},
};

static bool digest_file(
	int fd, const char *name, int64_t *ret_bytes, struct digest *ret, struct err *err)
{
	uint8_t chunk[64 * 1024];
	struct digest_state state;
	int64_t bytes = 0;
	ssize_t n;

	digest_init(&state);
	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno != EINTR)
			return err_errno(err, "cannot read '%s'", ERR_QUOTED(name));
		if (n > 0)
			digest_update(&state, chunk, (size_t)n);
		bytes += n > 0 ? n : 0;
	}
	*ret_bytes = bytes;
	*ret = digest_final(&state);
	return true;
}

static bool check_file(int folder, const struct manifest_file *file, struct err *err)
{
	auto_fd int fd = openat(folder, file->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct digest digest;
	int64_t bytes;

	if (fd < 0 && errno != ENOENT)
		return err_errno(err, "cannot open '%s'", ERR_QUOTED(file->name));
	if (fd < 0)
		return err_code(
			err, REFUSAL_FILE_CONTENT, "文件 '%s' is not in the folder", ERR_QUOTED(file->name));
	if (!digest_file(fd, file->name, &bytes, &digest, err))
		return false;
	return (bytes == file->size_bytes && digest_equal(&digest, &file->digest)) ||
		   err_code(err, REFUSAL_FILE_CONTENT, "文件 '%s' is not the one that was published",
			   ERR_QUOTED(file->name));
}

static bool check_files(const char *path, const struct manifest *manifest, struct err *err)
{
	auto_fd int folder = -1;

	if (!file_open_dir(path, &folder, err))
		return false;
	for (size_t i = 0; i < manifest->file_count; i++)
		if (!check_file(folder, &manifest->files[i], err))
			return story_refused("give the document's folder as the unit's program stored it", err);
	return true;
}

static bool check_manifest(const struct cli_call *call, const struct story *story,
	struct manifest *manifest, struct err *err)
{
	auto_buf struct buf bytes = BUF_INIT(LIMIT_MANIFEST);
	const char *files = cli_value(call, "files");

	if (!file_read(cli_value(call, "manifest"), LIMIT_MANIFEST, &bytes, err))
		return false;
	if (!story_judge_manifest(story, bytes.data, bytes.len, manifest, err))
		return story_refused(
			"give this publication's manifest: .certwire/manifest.json in its folder", err);
	return !files || check_files(files, manifest, err);
}

static bool print_text(const struct cli_call *call, const struct story *story,
	const struct manifest *manifest, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	return buf_append_str(&text, "证明成立 the story holds\n", err) &&
		   story_view(story, manifest, &text, err) &&
		   (!manifest || !cli_has(call, "files") ||
			   buf_printf(&text, err,
				   "文件 files: %zu 个与清单相符 are the ones that were published\n",
				   manifest->file_count)) &&
		   output_text(&text, err);
}

bool verb_verify(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_story struct story story = STORY_INIT;
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	auto_buf struct buf file = BUF_INIT(LIMIT_STORY);
	bool with_manifest = cli_has(call, "manifest");
	struct fingerprint root;

	if (cli_has(call, "files") && !with_manifest)
		return err_set(err, ERR_USAGE, "--files needs --manifest, which says what they must be");
	if (!session_init(&session, call, err) || !session_root(&session, &root, err) ||
		!file_read(call->argv[0], LIMIT_STORY, &file, err))
		return false;
	if (!story_parse(file.data, file.len, &story, err) || !story_judge(&story, &root, err))
		return story_refused(
			"ask CNCERT for the proof anew, and by phone for the fingerprint of its root", err);
	if (with_manifest && !check_manifest(call, &story, &manifest, err))
		return false;
	if (cli_has(call, "json"))
		return output_json(story_view_json(&story, with_manifest ? &manifest : NULL), err);
	return print_text(call, &story, with_manifest ? &manifest : NULL, err);
}
