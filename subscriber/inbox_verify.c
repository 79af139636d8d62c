#include "common/cleanup.h"
#include "common/file.h"
#include "common/language.h"
#include "subscriber/folder.h"
#include "subscriber/inbox.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <string.h>

struct verifying {
	const struct config *config;
	size_t good;
	size_t bad;
};

static void verify_line(void *context, bool good, const char *what, const char *detail)
{
	(void)context;
	(void)printf("  %-4s %s: %s\n", good ? "ok" : "BAD", what, detail);
}

static bool verify_one(void *context, const struct document *document, struct err *err)
{
	struct verifying *verifying = context;
	auto_folder struct folder folder = {.signers = ""};
	auto_buf struct buf path = BUF_INIT(8192);
	auto_fd int dir = -1;
	struct err why;
	bool good;

	(void)err;
	(void)printf("%s  %s\n", document->folder, document->title);
	good = inbox_open_folder(verifying->config, document, &path, &dir, &why);
	if (!good)
		verify_line(NULL, false, "folder", why.text);
	good = good && folder_verify(dir, &verifying->config->root, verify_line, NULL, &folder, &why);
	/* The folder proves itself; that it is this document, the state says. */
	if (good && !digest_equal(&folder.entry.manifest, &document->manifest)) {
		verify_line(
			NULL, false, "state", language_text("another document lies here than was stored"));
		good = false;
	}
	verifying->good += good;
	verifying->bad += !good;
	return true;
}

/* A folder that somebody was given: with no state at all. */
static bool verify_path(const struct fingerprint *root, const char *path, struct err *err)
{
	auto_folder struct folder folder = {.signers = ""};
	auto_fd int dir = -1;

	return file_open_dir(path, &dir, err) &&
		   folder_verify(dir, root, verify_line, NULL, &folder, err);
}

bool verb_inbox_verify(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	struct verifying verifying = {.config = &config};
	struct document document;
	struct fingerprint root;

	if (call->argc && strchr(call->argv[0], '/') && cli_has(call, "root"))
		return fingerprint_parse(cli_value(call, "root"), &root, err) &&
			   verify_path(&root, call->argv[0], err);
	if (cli_has(call, "root"))
		return err_set(err, ERR_USAGE, "--root goes with a folder: ./ID/");
	if (!verb_config(call, &config, err))
		return false;
	if (call->argc && strchr(call->argv[0], '/'))
		return verify_path(&config.root, call->argv[0], err);
	if (!state_open_readonly(config.state, &db, err))
		return false;
	if (call->argc == 0) {
		if (!inbox_list(&db, NULL, verify_one, &verifying, err))
			return false;
	} else if (!inbox_find(&db, call->argv[0], &document, err) ||
			   !verify_one(&verifying, &document, err)) {
		return false;
	}
	if (verifying.bad)
		return err_set(err, ERR_DATA, "%zu of %zu documents are not as they were issued",
			verifying.bad, verifying.good + verifying.bad);
	return true;
}
