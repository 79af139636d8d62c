#include "common/cleanup.h"
#include "common/clock.h"
#include "subscriber/folder.h"
#include "subscriber/inbox.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Hands one file to the desktop; a desktop that is not there is no failure, the path was printed. */
static void open_on_desktop(const char *path)
{
	pid_t child = fork();

	if (child == 0) {
		(void)execlp("xdg-open", "xdg-open", path, (char *)NULL);
		_exit(127);
	}
	if (child > 0)
		(void)waitpid(child, NULL, 0);
}

static bool open_files(const struct folder *folder, const char *path, struct err *err)
{
	for (size_t i = 0; i < folder->manifest.file_count; i++) {
		auto_buf struct buf file = BUF_INIT(8192);

		if (!buf_printf(&file, err, "%s/%s", path, folder->manifest.files[i].name))
			return false;
		(void)printf("%s\n", buf_str(&file));
		(void)fflush(stdout);
		if (getenv("DISPLAY") || getenv("WAYLAND_DISPLAY"))
			open_on_desktop(buf_str(&file));
	}
	return true;
}

bool verb_inbox_open(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	auto_folder struct folder folder = {.signers = ""};
	auto_buf struct buf path = BUF_INIT(8192);
	struct document document;
	auto_fd int dir = -1;

	if (!verb_config_as_owner(call, &config, err) || !state_open_readonly(config.state, &db, err))
		return false;
	db_close(&db);
	if (!state_open(config.state, &db, err) || !inbox_find(&db, call->argv[0], &document, err))
		return false;
	if (strcmp(document.state, "recalled") == 0)
		return err_set(err, ERR_DENIED,
			document.superseded
				? "'%s' was replaced by CNCERT and lies in quarantine: open %.8s instead"
				: "'%s' was recalled by CNCERT and lies in quarantine: 'inbox show %.8s' says why",
			document.label, document.taken_back_by);
	/* What a person reads has been checked just now. */
	return inbox_open_folder(&config, &document, &path, &dir, err) &&
		   folder_load(dir, &config.root, &folder, err) &&
		   open_files(&folder, buf_str(&path), err) &&
		   inbox_mark_opened(&db, &document, clock_now(clock_system()), err);
}
