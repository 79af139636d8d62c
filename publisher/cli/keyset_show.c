#include "publisher/cli/verbs.h"

#include <stdio.h>

#include "common/json.h"
#include "common/language.h"
#include "publisher/cli/keyset_file.h"
#include "publisher/cli/keyset_view.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"

const struct cli_option keyset_show_options[] = {
	{"json", NULL, "print JSON", false},
	{0},
};

/* The payload as it was signed is the JSON. */
static bool print_json(const struct keyset *keyset, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	return keyset_format(keyset, &text, err) && buf_append_str(&text, "\n", err) &&
		   output_text(&text, err);
}

static bool print(
	const struct keyset *keyset, const struct cli_call *call, int64_t now, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	if (cli_has(call, "json"))
		return print_json(keyset, err);
	return keyset_view_describe(keyset, now, &text, err) && output_text(&text, err);
}

/* A file proves only that its own root signed it: say whether that is ours. */
static bool note_root(const struct session *session, const struct keyset *keyset, struct err *err)
{
	struct fingerprint pinned;

	if (!session->settings.root_fingerprint) {
		(void)fputs(
			language_text("note: no root is pinned; compare the root's fingerprint yourself\n"),
			stderr);
		return true;
	}
	if (!session_root(session, &pinned, err))
		return false;
	if (!fingerprint_matches(&pinned, &keyset->root))
		(void)fputs(language_text("note: signed by another root than the pinned one\n"), stderr);
	return true;
}

static bool show_file(struct session *session, const struct cli_call *call, struct err *err)
{
	auto_keyset struct keyset *keyset = NULL;

	return keyset_file_open(call->argv[0], &keyset, err) && note_root(session, keyset, err) &&
		   print(keyset, call, session->now, err);
}

static bool show_newest(struct session *session, const struct cli_call *call, struct err *err)
{
	auto_keyring struct keyring ring = {.count = 0};

	if (!session_keyring(session, &ring, err))
		return false;
	const struct keyset *newest = keyring_newest(&ring);

	if (!newest)
		return err_set(err, ERR_DATA,
			"there is no keyset in PostgreSQL yet; a registrar imports one: certwire keyset import "
			"FILE");
	return print(newest, call, session->now, err);
}

bool verb_keyset_show(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;

	if (!session_init(&session, call, err))
		return false;
	return call->argc > 0 ? show_file(&session, call, err) : show_newest(&session, call, err);
}
