/*
 * A document as one zip that anybody can check: its folder as it lies in the inbox, and how to check it.
 */
#include "common/cleanup.h"
#include "subscriber/folder.h"
#include "subscriber/inbox.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <zip.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct export
{
	zip_t *zip; /* owned until it is closed */
	const char *path; /* of the folder */
	const char *name; /* of the folder in the zip */
};

static void cleanup_zip(zip_t **zip)
{
	if (*zip)
		zip_discard(*zip);
}

static bool export_fail(zip_t *zip, const char *what, struct err *err)
{
	return err_set(err, ERR_SYSTEM, "cannot export '%s': %s", ERR_QUOTED(what), zip_strerror(zip));
}

static bool export_add(zip_t *zip, const char *name, zip_source_t *source, struct err *err)
{
	zip_int64_t at = source ? zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) : (zip_int64_t)-1;

	if (at < 0) {
		zip_source_free(source);
		return export_fail(zip, name, err);
	}
	/* The time at which we write says nothing: the same document gives the same zip. */
	return zip_file_set_mtime(zip, (zip_uint64_t)at, 0, 0) == 0 || export_fail(zip, name, err);
}

static bool export_file(const struct export *export, const char *name, struct err *err)
{
	auto_buf struct buf path = BUF_INIT(8192);
	auto_buf struct buf in_zip = BUF_INIT(8192);

	return buf_printf(&path, err, "%s/%s", export->path, name) &&
		   buf_printf(&in_zip, err, "%s/%s", export->name, name) &&
		   export_add(export->zip, buf_str(&in_zip),
			   zip_source_file(export->zip, buf_str(&path), 0, -1), err);
}

static bool export_text(const struct export *export, const struct buf *text, struct err *err)
{
	return export_add(export->zip, "HOW-TO-VERIFY.txt",
		zip_source_buffer(export->zip, text->data, text->len, 0), err);
}

static bool export_how_to(const struct folder *folder, const struct fingerprint *root,
	const char *name, struct buf *out, struct err *err)
{
	return buf_printf(out, err,
		"《%s》\n\n"
		"解压后，在任何装有 certwire-unit 的机器上离线核验（指纹请另行向 CNCERT 核对）：\n"
		"Unpack, then check it off line with certwire-unit on any machine (have CNCERT confirm "
		"the\n"
		"fingerprint of its root key by another way):\n\n"
		"  certwire-unit inbox verify ./%s/ --root '%s'\n\n"
		"%s/.certwire/manifest.json  what was published, byte for byte\n"
		"%s/.certwire/entry.jws      under which number it came, and the editors' signatures\n"
		"%s/.certwire/keysets.jws    the keys that signed, each set signed by CNCERT's root\n\n"
		"Every format is specified in docs/protocol.md of Certwire.\n",
		folder->manifest.title, name, root->text, name, name, name);
}

static bool export_all(const struct export *export, const struct folder *folder,
	const struct buf *how_to, struct err *err)
{
	static const char *const proof[] = {FOLDER_PROOF "/" FOLDER_MANIFEST,
		FOLDER_PROOF "/" FOLDER_ENTRY, FOLDER_PROOF "/" FOLDER_KEYSETS};

	for (size_t i = 0; i < ARRAY_LEN(proof); i++) {
		if (!export_file(export, proof[i], err))
			return false;
	}
	for (size_t i = 0; i < folder->manifest.file_count; i++) {
		if (!export_file(export, folder->manifest.files[i].name, err))
			return false;
	}
	return export_text(export, how_to, err);
}

/* libzip writes aside and renames, so a failure leaves nothing. */
static bool export_zip(struct export *export, const char *out, const struct folder *folder,
	const struct buf *how_to, struct err *err)
{
	zip_t *zip CLEANUP(cleanup_zip) = NULL;
	int code = 0;

	zip = zip_open(out, ZIP_CREATE | ZIP_EXCL, &code);
	if (!zip && code == ZIP_ER_EXISTS)
		return err_set(err, ERR_DENIED, "'%s' exists already", ERR_QUOTED(out));
	if (!zip)
		return err_set(
			err, ERR_SYSTEM, "cannot make '%s' (error %d of libzip)", ERR_QUOTED(out), code);
	export->zip = zip;
	if (!export_all(export, folder, how_to, err))
		return false;
	if (zip_close(zip) != 0)
		return export_fail(zip, out, err);
	zip = NULL;
	return true;
}

bool verb_inbox_export(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	auto_folder struct folder folder = {.signers = ""};
	auto_buf struct buf path = BUF_INIT(8192);
	auto_buf struct buf how_to = BUF_INIT(64 * 1024);
	auto_buf struct buf name = BUF_INIT(256);
	auto_buf struct buf out = BUF_INIT(8192);
	struct export export = {.zip = NULL};
	struct document document;
	auto_fd int dir = -1;

	if (!verb_config(call, &config, err) || !state_open_readonly(config.state, &db, err) ||
		!inbox_find(&db, call->argv[0], &document, err) ||
		!inbox_open_folder(&config, &document, &path, &dir, err) ||
		!folder_load(dir, &config.root, &folder, err) ||
		!buf_printf(&name, err, "%s-%s", document.channel, strrchr(document.folder, '/') + 1) ||
		!export_how_to(&folder, &config.root, buf_str(&name), &how_to, err))
		return false;
	if (cli_has(call, "out") ? !buf_append_str(&out, cli_value(call, "out"), err)
							 : !buf_printf(&out, err, "%s.zip", buf_str(&name)))
		return false;
	export.path = buf_str(&path);
	export.name = buf_str(&name);
	if (!export_zip(&export, buf_str(&out), &folder, &how_to, err))
		return false;
	(void)printf("%s\n", buf_str(&out));
	return true;
}
