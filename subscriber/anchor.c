#include "common/file.h"
#include "subscriber/anchors.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>

enum { ANCHOR_MODE = 0644 }; /* nothing in it is secret: it is to be handed over */

bool verb_anchor(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	auto_db struct db db = {.handle = NULL};
	auto_buf struct buf text = BUF_INIT(ANCHORS_FILE_MAX);
	int64_t count;

	if (!verb_config(call, &config, err) || !state_open_readonly(config.state, &db, err) ||
		!anchors_export(&db, &text, &count, err))
		return false;
	if (count == 0)
		return err_set(err, ERR_DATA,
			"no head with a checkpoint of the audit has come yet; see: certwire-unit status");
	if (!file_write_new(call->argv[0], text.data, text.len, ANCHOR_MODE, err))
		return false;
	(void)printf("%s: %lld 个锚点 anchors\n", call->argv[0], (long long)count);
	return true;
}
