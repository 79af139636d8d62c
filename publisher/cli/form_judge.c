#include "publisher/cli/form_judge.h"

#include <stdlib.h>
#include <string.h>

#include "publisher/cli/form_check.h"
#include "publisher/cli/form_period.h"

static const char *value_of(const struct form *form, char *const *values, const char *name)
{
	return values[form_find(form, name)];
}

/* `later` must not lie before `earlier`; a missing one is not compared. */
static bool in_order(const struct form *form, char *const *values, const char *earlier,
	const char *later, struct err *err)
{
	const struct form_field *first = &form->fields[form_find(form, earlier)];
	const struct form_field *second = &form->fields[form_find(form, later)];
	const char *from = value_of(form, values, earlier);
	const char *to = value_of(form, values, later);
	bool ok = true;

	if (from && to)
		ok = first->type == FORM_DATE ? strcmp(from, to) <= 0
									  : form_seconds(from) <= form_seconds(to);
	return ok || err_set(err, ERR_USAGE, "%s %s (%s) lies before %s %s (%s)", second->name,
					 second->label, to, first->name, first->label, from);
}

static bool is_ahead(
	const struct form *form, char *const *values, const char *name, int64_t now, struct err *err)
{
	const struct form_field *field = &form->fields[form_find(form, name)];
	const char *value = value_of(form, values, name);

	return !value || form_seconds(value) > now ||
		   err_set(err, ERR_USAGE, "%s %s: '%s' is over already", field->name, field->label, value);
}

static bool judge_periodical(
	const struct form *form, char *const *values, const char *number, struct err *err)
{
	int year;
	int issue;

	if (period_number(number, &year, &issue) && (year != atoi(value_of(form, values, "year")) ||
													issue != atoi(value_of(form, values, "issue"))))
		return err_set(err, ERR_USAGE,
			"--number %s is year %d, issue %d; the fields say year %s, issue %s", number, year,
			issue, value_of(form, values, "year"), value_of(form, values, "issue"));
	return in_order(form, values, "period-from", "period-to", err);
}

static bool judge_seminar(
	const struct form *form, char *const *values, int64_t now, struct err *err)
{
	if (!value_of(form, values, "place") && !value_of(form, values, "link"))
		return err_set(err, ERR_USAGE,
			"a seminar needs a place 地点 or a link 会议链接: --field place=… or --field link=…");
	if (!in_order(form, values, "starts", "ends", err) ||
		!in_order(form, values, "reply-by", "starts", err))
		return false;
	return is_ahead(form, values, "starts", now, err) &&
		   is_ahead(form, values, "reply-by", now, err);
}

bool form_judge(
	const struct form *form, char *const *values, const char *number, int64_t now, struct err *err)
{
	if (strcmp(form->channel, "seminar") == 0)
		return judge_seminar(form, values, now, err);
	if (strcmp(form->channel, "opportunity") == 0)
		return is_ahead(form, values, "deadline", now, err);
	return judge_periodical(form, values, number, err);
}
