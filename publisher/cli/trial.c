#include "publisher/cli/trial.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "common/form.h"
#include "db/editor_course.h"
#include "publisher/cli/form_fill.h"
#include "publisher/cli/rule.h"

#define TRIAL_GROUP "test-units"
#define TRIAL_TITLE "【测试】"

enum { TRIAL_UNITS_MAX = 1000 };

void trial_copy(int64_t now, struct manifest *manifest)
{
	const char *number = manifest->number;
	char old[NUMBER_SIZE];
	char brief[PUB_ID_SHORT_SIZE];

	manifest->id = pub_id_random();
	randombytes_buf(manifest->salt, sizeof manifest->salt);
	manifest->kind = KIND_PUBLISH;
	manifest->reference_count = 0;
	manifest->created_at = now;
	manifest->not_before = TIME_NONE;
	manifest->expires_at = TIME_NONE;
	if (strncmp(number, TRIAL_NUMBER, strlen(TRIAL_NUMBER)) == 0)
		number += strlen(TRIAL_NUMBER);
	(void)snprintf(old, sizeof old, "%s", number);
	(void)snprintf(manifest->number, sizeof manifest->number, TRIAL_NUMBER "%.22s-%.4s", old,
		pub_id_short(&manifest->id, brief));
}

/* In its title and in a field of its own, as in its number: so in lists, folders and the document's page. */
static bool mark(struct manifest *manifest, struct err *err)
{
	char title[sizeof TRIAL_TITLE + LIMIT_TITLE];

	if (form_value(manifest, FORM_TEST))
		return true;
	(void)snprintf(title, sizeof title, TRIAL_TITLE "%s", manifest->title);
	if (strlen(title) > LIMIT_TITLE)
		return err_set(err, ERR_USAGE, "--title: with %s before it, more than %d bytes",
			TRIAL_TITLE, LIMIT_TITLE);
	return manifest_set_title(manifest, title, err) &&
		   manifest_add_field(manifest, FORM_TEST, "是", err);
}

bool trial_make(
	struct session *session, struct manifest *manifest, struct buf *rule, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;
	const char *units[TRIAL_UNITS_MAX];
	size_t count = 0;

	if (!session_connect(session, err) || !editor_test_units(session->pg, &rows, err))
		return false;
	for (int i = 0; i < pg_row_count(rows) && count < TRIAL_UNITS_MAX; i++)
		units[count++] = pg_text(rows, i, 0);
	if (count == 0)
		return err_set(err, ERR_DENIED,
			"there are no test units; an administrator makes the group: "
			"certwire.make_group('%s', '测试'), certwire.put_in_group('%s', '<unit>', '<reason>')",
			TRIAL_GROUP, TRIAL_GROUP);
	buf_clear(rule);
	if (!mark(manifest, err) || !rule_make(units, count, rule, err))
		return false;
	manifest->audience = digest_of(rule->data, rule->len);
	return true;
}
