#include "publisher/cli/rule.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/cleanup.h"
#include "common/json.h"
#include "common/ident.h"

enum { RULE_UNITS_MAX = 1000 };

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The units sorted, each once: the same audience has the same bytes, so the same digest. */
static json_t *sorted_units(const char *const *units, size_t count)
{
	auto_free const char **sorted = calloc(count, sizeof *sorted);
	auto_json json_t *list = json_array();

	if (!sorted || !list)
		return NULL;
	memcpy(sorted, units, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, compare);
	for (size_t i = 0; i < count; i++)
		if ((i == 0 || strcmp(sorted[i], sorted[i - 1]) != 0) &&
			json_array_append_new(list, json_string(sorted[i])) != 0)
			return NULL;
	return TAKE(list);
}

bool rule_make(const char *const *units, size_t count, struct buf *out, struct err *err)
{
	auto_json json_t *rule = NULL;

	if (count > RULE_UNITS_MAX)
		return err_set(err, ERR_USAGE, "--to may be given at most %d times", RULE_UNITS_MAX);
	for (size_t i = 0; i < count; i++)
		if (!ident_is_unit(units[i], strlen(units[i])))
			return err_set(err, ERR_USAGE, "--to: '%s' is no unit's id; write it like unit-a",
				ERR_QUOTED(units[i]));
	if (count > 0)
		rule = json_pack(
			"{s:i, s:s, s:o?}", "v", 1, "rule", "units", "units", sorted_units(units, count));
	else
		rule = json_pack("{s:i, s:s}", "v", 1, "rule", "entitled");
	if (!rule || (count > 0 && !json_is_array(json_object_get(rule, "units"))))
		return err_set(err, ERR_SYSTEM, "out of memory");
	return json_write(rule, out, err);
}

bool rule_make_holders(struct buf *out, struct err *err)
{
	auto_json json_t *rule = json_pack("{s:i, s:s}", "v", 1, "rule", "holders");

	return rule ? json_write(rule, out, err) : err_set(err, ERR_SYSTEM, "out of memory");
}

static bool describe_units(const struct json_object *rule, struct buf *out, struct err *err)
{
	const json_t *units;

	if (!json_get_array(rule, "units", 1, RULE_UNITS_MAX, &units, err))
		return false;
	for (size_t i = 0; i < json_array_size(units); i++) {
		const char *unit;

		if (!json_item_string(rule, units, i, 1, 64, &unit, err) ||
			!buf_printf(out, err, "%s%s", i ? ", " : "", ERR_QUOTED(unit)))
			return false;
	}
	return buf_append_str(out, " 中有权接收者", err);
}

bool rule_describe(const void *bytes, size_t len, struct buf *out, struct err *err)
{
	struct json_object rule = {.what = "audience rule"};
	auto_json json_t *json = NULL;
	const char *kind;

	if (!json_parse_strict(bytes, len, RULE_BYTES_MAX, rule.what, 0, &json, err))
		return false;
	rule.json = json;
	if (!json_get_string(&rule, "rule", 1, 32, &kind, err))
		return false;
	if (strcmp(kind, "entitled") == 0)
		return buf_append_str(out, "频道全体有权单位", err);
	if (strcmp(kind, "holders") == 0)
		return buf_append_str(out, "已收到或可能已收到被召回件的单位", err);
	if (strcmp(kind, "units") == 0)
		return describe_units(&rule, out, err);
	return err_set(
		err, ERR_DATA, "audience rule '%s' is not known to this version", ERR_QUOTED(kind));
}
