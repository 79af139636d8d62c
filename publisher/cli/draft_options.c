#include "publisher/cli/draft_options.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "common/digest.h"
#include "common/ident.h"
#include "common/utf8.h"
#include "publisher/cli/form_fill.h"
#include "publisher/cli/rule.h"
#include "publisher/cli/verbs.h"
#include "publisher/cli/when.h"

const struct cli_option draft_options[] = {
	{"number", "N", "its number, such as 2026-47", false},
	{"title", "TITLE", "its title", false},
	{"language", "TAG", "language of the documents (default zh-CN)", false},
	FORM_OPTIONS,
	{"to", "UNIT", "only this unit, if it is entitled (default: all who are)", true},
	{"not-before", "TIME", "issue it no earlier: a date, or a time with its offset", false},
	{"expires", "TIME",
		"deliver it no later: a date (to its end), a time, or never; else as the channel's policy "
		"says",
		false},
	{"key", "FILE", "your key file", false},
	{"passphrase-file", "FILE", "read the passphrase from its first line", false},
	{"json", NULL, "print JSON", false},
	{0},
};

static bool set_channel(const struct cli_call *call, struct manifest *manifest, struct err *err)
{
	const char *channel = call->argv[0];

	if (!ident_is_channel(channel, strlen(channel)))
		return err_set(err, ERR_USAGE, "'%s' is no channel; there are weekly, monthly, ...",
			ERR_QUOTED(channel));
	(void)snprintf(manifest->channel, sizeof manifest->channel, "%s", channel);
	return true;
}

static bool set_number(const struct cli_call *call, struct manifest *manifest, struct err *err)
{
	const char *number;

	if (!cli_need(call, "number", &number, err))
		return false;
	if (!ident_is_number(number, strlen(number)))
		return err_set(err, ERR_USAGE,
			"--number: '%s'; 1 to 32 letters, digits, '.' and '-', such as 2026-47",
			ERR_QUOTED(number));
	(void)snprintf(manifest->number, sizeof manifest->number, "%s", number);
	return true;
}

static bool set_title(const struct cli_call *call, struct manifest *manifest, struct err *err)
{
	const char *title;
	bool is_nfc = false;

	if (!cli_need(call, "title", &title, err))
		return false;
	size_t len = strlen(title);

	if (len < 1 || len > LIMIT_TITLE || !utf8_valid(title, len) || utf8_has_control(title, len))
		return err_set(err, ERR_USAGE, "--title: one line of 1 to %d bytes of UTF-8", LIMIT_TITLE);
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
	manifest->not_before = TIME_NONE;
	manifest->expires_at = TIME_NONE;
	if (not_before &&
		!when_parse("--not-before", not_before, WHEN_START_OF_DAY, &manifest->not_before, err))
		return false;
	if (!expires || strcmp(expires, "never") == 0)
		return true;
	if (!when_parse("--expires", expires, WHEN_END_OF_DAY, &manifest->expires_at, err))
		return false;
	if (manifest->expires_at <= now)
		return err_set(err, ERR_USAGE, "--expires: '%s' is over already", ERR_QUOTED(expires));
	if (manifest->expires_at <= manifest->not_before)
		return err_set(err, ERR_USAGE, "--expires lies before --not-before: nobody would get it");
	return true;
}

static bool set_audience(
	const struct cli_call *call, struct manifest *manifest, struct buf *rule, struct err *err)
{
	const char *units[CLI_VALUES_MAX];
	size_t count = 0;

	while (count < CLI_VALUES_MAX && (units[count] = cli_value_at(call, "to", count)))
		count++;
	if (!rule_make(units, count, rule, err))
		return false;
	manifest->audience = digest_of(rule->data, rule->len);
	return true;
}

bool draft_options_read(const struct cli_call *call, int64_t now, struct manifest *ret,
	struct buf *rule, struct err *err)
{
	auto_manifest struct manifest manifest = MANIFEST_INIT;

	manifest.id = pub_id_random();
	manifest.kind = KIND_PUBLISH;
	randombytes_buf(manifest.salt, sizeof manifest.salt);
	if (!set_channel(call, &manifest, err) || !set_number(call, &manifest, err) ||
		!set_title(call, &manifest, err) || !set_language(call, &manifest, err) ||
		!set_times(call, now, &manifest, err) || !set_audience(call, &manifest, rule, err) ||
		!form_fill(call, now, &manifest, err))
		return false;
	*ret = manifest;
	manifest = (struct manifest)MANIFEST_INIT;
	return true;
}
