/*
 * `recall` and `supersede`: drafts whose channel and number are those of the publication that they
 * take back.
 */
#include "publisher/cli/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "publisher/cli/confirm.h"
#include "publisher/cli/draft.h"
#include "publisher/cli/lookup.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/session.h"

const struct cli_option recall_options[] = {
	{"reason", "TEXT", "why, in a sentence: the units read it", false},
	CONFIRM_OPTION("it is recalled from"),
	SESSION_KEY_OPTIONS,
	{"json", NULL, "print JSON", false},
	{0},
};

/* Adds an option as if it had been given, unless it was. */
static bool give(
	struct cli_call *call, const struct cli_option *option, const char *value, struct err *err)
{
	if (cli_has(call, option->name))
		return true;
	if (call->value_count == CLI_VALUES_MAX)
		return err_set(err, ERR_USAGE, "more than %d options", CLI_VALUES_MAX);
	call->values[call->value_count].option = option;
	call->values[call->value_count++].value = value;
	return true;
}

/* `*ret` is `certwire draft` with the channel and number of what was found; `*ret_argv` is new. */
static bool order(const struct cli_call *call, const struct lookup *found, struct cli_call *ret,
	char ***ret_argv, struct err *err)
{
	static const struct cli_option number = {"number", "N", "", false};

	*ret = *call;
	*ret_argv = calloc(call->argc, sizeof **ret_argv);
	if (!*ret_argv)
		return err_set(err, ERR_SYSTEM, "out of memory");
	memcpy(*ret_argv, call->argv, call->argc * sizeof **ret_argv);
	(*ret_argv)[0] = (char *)found->publication.channel;
	ret->argv = *ret_argv;
	return give(ret, &number, found->publication.number, err);
}

static bool recall_title(const struct lookup *found, struct buf *out, struct err *err)
{
	char channel[CHANNEL_TEXT_SIZE];

	return buf_printf(out, err, "召回 recall: %s %s",
		channel_text(found->publication.channel, channel), found->publication.number);
}

bool verb_recall(const struct cli_call *call, struct err *err)
{
	static const struct cli_option title = {"title", "TITLE", "", false};
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};
	auto_buf struct buf text = BUF_INIT(LIMIT_TITLE + 1);
	auto_free char **argv = NULL;
	struct cli_call draft;
	const char *reason;

	if (!cli_need(call, "reason", &reason, err) || !session_init(&session, call, err) ||
		!lookup_publication(&session, call->argv[0], &found, err) ||
		!order(call, &found, &draft, &argv, err) || !recall_title(&found, &text, err) ||
		!give(&draft, &title, buf_str(&text), err))
		return false;
	return draft_make(&draft, KIND_RECALL, found.publication.id, err);
}

bool verb_supersede(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_lookup struct lookup found = {.rows = NULL};
	auto_free char **argv = NULL;
	struct cli_call draft;

	if (cli_has(call, "supersedes"))
		return err_set(err, ERR_USAGE, "--supersedes is what the argument ID says already");
	return session_init(&session, call, err) &&
		   lookup_publication(&session, call->argv[0], &found, err) &&
		   order(call, &found, &draft, &argv, err) &&
		   draft_make(&draft, KIND_SUPERSEDE, found.publication.id, err);
}
