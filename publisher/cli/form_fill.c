#include "publisher/cli/form_fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/file.h"
#include "common/form.h"
#include "common/language.h"
#include "common/utf8.h"
#include "publisher/cli/form_check.h"
#include "publisher/cli/form_file.h"
#include "publisher/cli/form_judge.h"
#include "publisher/cli/form_period.h"
#include "publisher/cli/tty.h"

/* A form being filled in. */
struct fill {
	const struct form *form; /* NULL: the channel has none */
	char *values[FORM_FIELDS_MAX]; /* owned, normalised */
	struct manifest *extra; /* takes what no form knows */
};

static void fill_release(struct fill *fill)
{
	for (size_t i = 0; i < FORM_FIELDS_MAX; i++)
		free(fill->values[i]);
}

static bool set_value(struct fill *fill, size_t nth, const char *text, struct err *err)
{
	auto_buf struct buf value = BUF_INIT(LIMIT_FIELD_VALUE);

	if (!form_check(&fill->form->fields[nth], text, &value, err))
		return false;
	free(fill->values[nth]);
	fill->values[nth] = buf_steal_str(&value);
	return fill->values[nth] || err_set(err, ERR_SYSTEM, "out of memory");
}

/* A slip in an English name must not go out as a field that nobody reads. */
static bool is_free_name(const char *name)
{
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at >= 0x80)
			return true;
	return strncmp(name, "x-", 2) == 0;
}

static bool refuse_name(const struct fill *fill, const char *name, struct err *err)
{
	auto_buf struct buf names = BUF_INIT(2048);
	size_t count = fill->form ? form_count(fill->form) : 0;

	for (size_t i = 0; i < count; i++)
		if (!buf_printf(&names, err, "%s%s (%s)", i ? ", " : "", fill->form->fields[i].name,
				fill->form->fields[i].label))
			return false;
	return err_set(err, ERR_USAGE, "'%s' is no field%s%s; one more has a Chinese name or x-…",
		ERR_QUOTED(name), count ? language_text("; there are ") : "", buf_str(&names));
}

static bool set_extra(struct fill *fill, const char *name, const char *value, struct err *err)
{
	struct manifest *manifest = fill->extra;

	if (strcmp(name, FORM_TEST) == 0 || !is_free_name(name))
		return refuse_name(fill, name, err);
	for (size_t i = 0; i < manifest->field_count; i++)
		if (strcmp(manifest->fields[i].name, name) == 0) {
			char *copy = strdup(value);

			if (!copy)
				return err_set(err, ERR_SYSTEM, "out of memory");
			free(manifest->fields[i].value);
			manifest->fields[i].value = copy;
			return true;
		}
	return manifest_add_field(manifest, name, value, err);
}

static bool take(void *context, const char *name, const char *value, struct err *err)
{
	struct fill *fill = context;
	size_t nth = fill->form ? form_find(fill->form, name) : 0;

	if (fill->form && fill->form->fields[nth].name)
		return set_value(fill, nth, value, err);
	if (!utf8_valid(name, strlen(name)) || utf8_has_control(name, strlen(name)))
		return err_set(err, ERR_USAGE, "'%s' is no name of a field", ERR_QUOTED(name));
	return set_extra(fill, name, value, err);
}

static bool take_file(const struct cli_call *call, struct fill *fill, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(FORM_FILE_MAX);
	const char *path = cli_value(call, "fields");

	return !path || (file_read(path, FORM_FILE_MAX, &text, err) &&
						form_file_parse(path, buf_str(&text), text.len, take, fill, err));
}

static bool take_options(const struct cli_call *call, struct fill *fill, struct err *err)
{
	const char *text;

	for (size_t i = 0; (text = cli_value_at(call, "field", i)); i++) {
		const char *equals = strchr(text, '=');
		char name[LIMIT_FIELD_NAME + 1];

		if (!equals || equals == text || equals - text > LIMIT_FIELD_NAME)
			return err_set(err, ERR_USAGE, "--field: '%s' is not NAME=VALUE", ERR_QUOTED(text));
		(void)snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
		if (!take(fill, name, equals + 1, err))
			return err_context(err, "--field %s", ERR_QUOTED(name));
	}
	return true;
}

static bool set_default(struct fill *fill, const char *name, const char *value, struct err *err)
{
	size_t nth = form_find(fill->form, name);

	return fill->values[nth] || set_value(fill, nth, value, err);
}

/* Year, issue and days follow from the number; where the year has no such week they are asked for. */
static bool derive_period(
	struct fill *fill, const char *channel, const char *number, struct err *err)
{
	char from[PERIOD_DATE_SIZE];
	char to[PERIOD_DATE_SIZE];
	char digits[16];
	int year;
	int issue;

	/* A test has the number of what it tries. */
	if (!period_number(number + (strncmp(number, "test-", 5) == 0 ? 5 : 0), &year, &issue))
		return err_set(err, ERR_USAGE,
			"--number '%s': the number of a %s is its year and issue, such as 2026-47; "
			"a special issue says --special",
			ERR_QUOTED(number), channel);
	(void)snprintf(digits, sizeof digits, "%d", year);
	if (!set_default(fill, "year", digits, err))
		return false;
	(void)snprintf(digits, sizeof digits, "%d", issue);
	if (!set_default(fill, "issue", digits, err))
		return false;
	return !period_days(strcmp(channel, "monthly") == 0, year, issue, from, to) ||
		   (set_default(fill, "period-from", from, err) && set_default(fill, "period-to", to, err));
}

static bool is_periodical(const struct form *form)
{
	return form->fields[form_find(form, "period-from")].name != NULL;
}

static bool derive(struct fill *fill, const char *channel, const char *number, struct err *err)
{
	if (is_periodical(fill->form))
		return derive_period(fill, channel, number, err);
	return strcmp(channel, "seminar") != 0 || set_default(fill, "time-zone", "Asia/Shanghai", err);
}

static bool is_missing(const struct fill *fill, size_t nth)
{
	return fill->form->fields[nth].required && !fill->values[nth];
}

/* The fields that are missing, as the options that would give them; the example is the form's. */
static bool name_missing(const struct fill *fill, struct buf *out, struct err *err)
{
	for (size_t i = 0; fill->form->fields[i].name; i++)
		if (is_missing(fill, i) && !buf_printf(out, err, "%s--field %s='%s'", out->len ? " " : "",
									   fill->form->fields[i].name, fill->form->fields[i].hint))
			return false;
	return true;
}

/* Until the answer is one; what is wrong with the last one is part of the next question. */
static bool ask(struct fill *fill, size_t nth, const char *instead, struct err *err)
{
	const struct form_field *field = &fill->form->fields[nth];
	struct err wrong = {.text = ""};

	for (;;) {
		char prompt[1280];
		char answer[TTY_LINE_SIZE];

		(void)snprintf(prompt, sizeof prompt, "%s%s%s %s (%s): ", wrong.text,
			*wrong.text ? "\n" : "", field->label, field->name, field->hint);
		if (!tty_line(prompt, instead, answer, err))
			return false;
		if (set_value(fill, nth, answer, &wrong))
			return true;
		if (wrong.kind == ERR_SYSTEM)
			return err_set(err, ERR_SYSTEM, "%s", wrong.text);
	}
}

static bool ask_missing(struct fill *fill, struct err *err)
{
	auto_buf struct buf missing = BUF_INIT(2048);

	if (!name_missing(fill, &missing, err))
		return false;
	for (size_t i = 0; fill->form->fields[i].name; i++)
		if (is_missing(fill, i) && !ask(fill, i, buf_str(&missing), err))
			return false;
	return true;
}

/* A seminar has a place or a link; which of them nobody can tell, so that neither is required. */
static bool ask_place(struct fill *fill, const char *channel, struct err *err)
{
	size_t place = form_find(fill->form, "place");

	if (strcmp(channel, "seminar") != 0 || fill->values[place] ||
		fill->values[form_find(fill->form, "link")] || !tty_is_there())
		return true;
	return ask(fill, place, "--field place=… or --field link=…", err);
}

static bool add_all(const struct fill *fill, struct manifest *manifest, struct err *err)
{
	for (size_t i = 0; fill->form && fill->form->fields[i].name; i++)
		if (fill->values[i] &&
			!manifest_add_field(manifest, fill->form->fields[i].name, fill->values[i], err))
			return false;
	for (size_t i = 0; i < fill->extra->field_count; i++)
		if (!manifest_add_field(
				manifest, fill->extra->fields[i].name, fill->extra->fields[i].value, err))
			return false;
	return true;
}

/* What follows from a number goes with it. */
static bool is_derived(const char *name)
{
	return strcmp(name, "year") == 0 || strcmp(name, "issue") == 0 ||
		   strcmp(name, "period-from") == 0 || strcmp(name, "period-to") == 0;
}

/* What the manifest has is taken over into the form, and out of the manifest. */
static bool take_present(
	struct fill *fill, bool renumbered, struct manifest *manifest, struct err *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < manifest->field_count; i++) {
		const char *name = manifest->fields[i].name;
		const char *value = manifest->fields[i].value;

		if (renumbered && is_derived(name))
			continue;
		ok = strcmp(name, FORM_TEST) == 0 ? manifest_add_field(fill->extra, name, value, err)
										  : take(fill, name, value, err);
	}
	for (size_t i = 0; i < manifest->field_count; i++) {
		free(manifest->fields[i].name);
		free(manifest->fields[i].value);
	}
	manifest->field_count = 0;
	return ok;
}

static bool complete(
	struct fill *fill, const struct manifest *manifest, int64_t now, struct err *err)
{
	return derive(fill, manifest->channel, manifest->number, err) && ask_missing(fill, err) &&
		   ask_place(fill, manifest->channel, err) &&
		   form_judge(fill->form, fill->values, manifest->number, now, err);
}

bool form_fill(const struct cli_call *call, int64_t now, struct manifest *manifest, struct err *err)
{
	auto_manifest struct manifest extra = MANIFEST_INIT;
	CLEANUP(fill_release)
	struct fill fill = {.form = form_of(manifest->channel), .extra = &extra};
	bool special = cli_has(call, "special") && fill.form && is_periodical(fill.form);

	if (!take_present(&fill, cli_has(call, "number"), manifest, err) ||
		!take_file(call, &fill, err) || !take_options(call, &fill, err))
		return false;
	if (fill.form && !special && !complete(&fill, manifest, now, err))
		return false;
	return add_all(&fill, manifest, err);
}

const char *form_value(const struct manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->field_count; i++)
		if (strcmp(manifest->fields[i].name, name) == 0)
			return manifest->fields[i].value;
	return NULL;
}
