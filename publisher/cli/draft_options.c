#include "publisher/cli/draft_options.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "common/digest.h"
#include "common/form.h"
#include "common/ident.h"
#include "common/language.h"
#include "common/utf8.h"
#include "publisher/cli/confirm.h"
#include "publisher/cli/form_fill.h"
#include "publisher/cli/rule.h"
#include "publisher/cli/session.h"
#include "publisher/cli/trial.h"
#include "publisher/cli/tty.h"
#include "publisher/cli/verbs.h"
#include "publisher/cli/when.h"

/* clang-format off */
#define WHAT_OPTIONS \
	{"number", "N", "its number, such as 2026-47", false}, \
	{"title", "TITLE", "its title", false}, \
	{"language", "TAG", "language of the documents (default zh-CN)", false}, \
	FORM_OPTIONS, \
	{"to", "UNIT", "only this unit, if it is entitled (default: all who are)", true}, \
	{"not-before", "TIME", "issue it no earlier: a date, or a time with its offset", false}, \
	{"expires", "TIME", \
		"deliver it no later: a date (to its end), a time, or never; else as the channel's policy " \
		"says", \
		false}, \
	{"submit", NULL, "hand it over for review at once", false}
/* clang-format on */

const struct cli_option edit_options[] = {
	WHAT_OPTIONS,
	{"to-all", NULL, "to all who are entitled again", false},
	SESSION_KEY_OPTIONS,
	{"json", NULL, "print JSON", false},
	{0},
};

const struct cli_option draft_options[] = {
	WHAT_OPTIONS,
	{"supersedes", "ID", "the issued publication that this one replaces", false},
	CONFIRM_OPTION("will receive what replaces the old one"),
	{"test", NULL, "a test, to CNCERT's own test units only, and marked as one", false},
	SESSION_KEY_OPTIONS,
	{"json", NULL, "print JSON", false},
	{0},
};

static bool set_channel(const struct cli_call *call, struct manifest *manifest, struct err *err)
{
	const char *channel = call->argv[0];

	if (!ident_is_channel(channel, strlen(channel)))
		return err_set(err, ERR_USAGE,
			"'%s' is no channel; there are weekly, monthly, opportunity, seminar",
			ERR_QUOTED(channel));
	(void)snprintf(manifest->channel, sizeof manifest->channel, "%s", channel);
	return true;
}

/* The option's value, or what the person at the terminal types; `answer` holds that. */
static bool need_or_ask(const struct cli_call *call, const char *option, const char *prompt,
	char answer[static TTY_LINE_SIZE], const char **ret, struct err *err)
{
	if (cli_has(call, option) || !tty_is_there())
		return cli_need(call, option, ret, err);
	*ret = answer;
	return tty_line(prompt, option, answer, err);
}

static bool set_number(const struct cli_call *call, struct manifest *manifest, struct err *err)
{
	const char *number;
	char answer[TTY_LINE_SIZE];
	char marked[TTY_LINE_SIZE + sizeof TRIAL_NUMBER];

	if (*manifest->number && !cli_has(call, "number"))
		return true;
	if (!need_or_ask(call, "number", "期号 number (2026-47): ", answer, &number, err))
		return false;
	if (cli_has(call, "test") && strncmp(number, TRIAL_NUMBER, strlen(TRIAL_NUMBER)) != 0) {
		(void)snprintf(marked, sizeof marked, TRIAL_NUMBER "%s", number);
		number = marked;
	}
	if (!ident_is_number(number, strlen(number)))
		return err_set(err, ERR_USAGE,
			"--number: '%s' is no number of a publication: 1 to 32 letters, digits, '.' and '-', "
			"such as "
			"2026-47",
			ERR_QUOTED(number));
	(void)snprintf(manifest->number, sizeof manifest->number, "%s", number);
	return true;
}

static bool set_title(const struct cli_call *call, struct manifest *manifest, struct err *err)
{
	const char *title;
	char answer[TTY_LINE_SIZE];
	bool is_nfc = false;

	if (manifest->title && !cli_has(call, "title"))
		return true;
	if (!need_or_ask(call, "title", "标题 title: ", answer, &title, err))
		return false;
	size_t len = strlen(title);

	if (len < 1 || len > LIMIT_TITLE || !utf8_valid(title, len) || utf8_has_control(title, len))
		return err_set(
			err, ERR_USAGE, "--title: write one line of 1 to %d bytes of UTF-8", LIMIT_TITLE);
	if (!utf8_is_nfc(title, len, &is_nfc, err))
		return false;
	if (!is_nfc)
		return err_set(err, ERR_USAGE,
			"--title: not in Unicode form NFC (pasted from a Mac, perhaps); type it anew");
	return manifest_set_title(manifest, title, err);
}

static bool set_language(const struct cli_call *call, struct manifest *manifest, struct err *err)
{
	const char *language = cli_value(call, "language");

	if (!language && *manifest->language)
		return true;
	language = language ? language : "zh-CN";
	if (!ident_is_language(language, strlen(language)))
		return err_set(err, ERR_USAGE, "--language: '%s' is no language tag, such as zh-CN or en",
			ERR_QUOTED(language));
	(void)snprintf(manifest->language, sizeof manifest->language, "%s", language);
	return true;
}

static bool set_times(
	const struct cli_call *call, int64_t now, struct manifest *manifest, struct err *err)
{
	const char *not_before = cli_value(call, "not-before");
	const char *expires = cli_value(call, "expires");

	manifest->created_at = now;
	if (not_before &&
		!when_parse("--not-before", not_before, WHEN_START_OF_DAY, &manifest->not_before, err))
		return false;
	if (expires && strcmp(expires, "never") == 0)
		manifest->expires_at = TIME_NONE;
	else if (expires &&
			 !when_parse("--expires", expires, WHEN_END_OF_DAY, &manifest->expires_at, err))
		return false;
	if (manifest->expires_at == TIME_NONE)
		return true;
	if (manifest->expires_at <= now)
		return err_set(err, ERR_USAGE,
			"--expires: '%s' is over already; give a later time, or never",
			expires ? ERR_QUOTED(expires) : language_text("what it was"));
	if (manifest->expires_at <= manifest->not_before)
		return err_set(err, ERR_USAGE, "--expires lies before --not-before: nobody would get it");
	return true;
}

static bool make_rule(const char *const *units, size_t count, struct manifest *manifest,
	struct buf *rule, struct err *err)
{
	buf_clear(rule);
	if (!rule_make(units, count, rule, err))
		return false;
	manifest->audience = digest_of(rule->data, rule->len);
	return true;
}

static bool set_audience(
	const struct cli_call *call, struct manifest *manifest, struct buf *rule, struct err *err)
{
	const char *units[CLI_VALUES_MAX];
	size_t count = 0;

	while (count < CLI_VALUES_MAX && (units[count] = cli_value_at(call, "to", count)))
		count++;
	if (rule->len > 0 && count == 0 && !cli_has(call, "to-all"))
		return true;
	return make_rule(units, count, manifest, rule, err);
}

/* A recall has one field, why; the forms are for what it takes back. */
static bool set_fields(
	const struct cli_call *call, int64_t now, struct manifest *manifest, struct err *err)
{
	const char *reason;

	if (manifest->kind != KIND_RECALL)
		return form_fill(call, now, manifest, err);
	if (!cli_need(call, "reason", &reason, err))
		return false;
	if (*reason == '\0')
		return err_set(err, ERR_USAGE, "--reason: say why in a sentence");
	return manifest_add_field(manifest, FORM_REASON, reason, err);
}

/* All but the channel. */
static bool set_all(const struct cli_call *call, int64_t now, struct manifest *manifest,
	struct buf *rule, struct err *err)
{
	manifest->id = pub_id_random();
	randombytes_buf(manifest->salt, sizeof manifest->salt);
	return set_number(call, manifest, err) && set_title(call, manifest, err) &&
		   set_language(call, manifest, err) && set_times(call, now, manifest, err) &&
		   set_audience(call, manifest, rule, err) && set_fields(call, now, manifest, err);
}

bool draft_options_read(const struct cli_call *call, enum kind kind, int64_t now,
	struct manifest *ret, struct buf *rule, struct err *err)
{
	auto_manifest struct manifest manifest = MANIFEST_INIT;

	manifest.kind = kind;
	manifest.not_before = TIME_NONE;
	manifest.expires_at = TIME_NONE;
	if (!set_channel(call, &manifest, err) || !set_all(call, now, &manifest, rule, err))
		return false;
	*ret = manifest;
	manifest = (struct manifest)MANIFEST_INIT;
	return true;
}

bool draft_options_change(const struct cli_call *call, int64_t now, struct manifest *manifest,
	struct buf *rule, struct err *err)
{
	return set_all(call, now, manifest, rule, err);
}
