#include "publisher/cli/keyset_view.h"

#include <stdio.h>

#include "common/language.h"
#include "publisher/cli/table.h"
#include "publisher/cli/when.h"

static bool add_key(struct table *table, const struct keyset_key *key, struct err *err)
{
	char status[96];
	char from[WHEN_TEXT_SIZE];
	char to[WHEN_TEXT_SIZE];

	if (key->status == KEY_ACTIVE)
		(void)snprintf(status, sizeof status, "%s", key_status_name(key->status));
	else
		(void)snprintf(status, sizeof status, language_text("%s since %s"),
			key_status_name(key->status), WHEN_OR_EMPTY(key->since));
	const char *const cells[] = {key->kid, role_name(key->role), key->name, status,
		when_format(key->not_before, from), when_format(key->not_after, to)};

	return table_add_row(table, cells, err);
}

static bool describe_keys(const struct keyset *keyset, struct buf *out, struct err *err)
{
	static const char *const titles[] = {"kid", LANGUAGE_TEXT("role"), LANGUAGE_TEXT("name"),
		LANGUAGE_TEXT("status"), LANGUAGE_TEXT("valid from"), LANGUAGE_TEXT("until")};
	auto_table struct table table = TABLE_INIT(ARRAY_LEN(titles));

	if (!table_add_titles(&table, titles, err))
		return false;
	for (size_t i = 0; i < keyset->key_count; i++)
		if (!add_key(&table, &keyset->keys[i], err))
			return false;
	return table_write(&table, 0, out, err);
}

static bool describe_channels(const struct keyset *keyset, struct buf *out, struct err *err)
{
	if (!buf_append_str(out, language_text("approvals   "), err))
		return false;
	for (size_t i = 0; i < keyset->channel_count; i++)
		if (!buf_printf(
				out, err, " %s=%d", keyset->channels[i].name, keyset->channels[i].approvals))
			return false;
	return buf_append_str(out, "\n\n", err);
}

bool keyset_view_describe(
	const struct keyset *keyset, int64_t now, struct buf *out, struct err *err)
{
	struct fingerprint root = fingerprint_of(&keyset->root);
	char issued[WHEN_TEXT_SIZE];
	char expires[WHEN_TEXT_SIZE];

	if (!buf_printf(out, err,
			language_text("keyset       version %lld\n"
						  "issued       %s\n"
						  "expires      %s%s\n"
						  "root         %s\n"),
			(long long)keyset->version, when_format(keyset->issued_at, issued),
			when_format(keyset->expires_at, expires),
			now >= keyset->expires_at ? "  EXPIRED 已过期" : "", root.text))
		return false;
	if (keyset->has_next_root) {
		struct fingerprint next = fingerprint_of(&keyset->next_root);

		if (!buf_printf(out, err, language_text("next root    %s\n"), next.text))
			return false;
	}
	return describe_channels(keyset, out, err) && describe_keys(keyset, out, err);
}

static int count_active(const struct keyset *keyset, enum key_role role)
{
	int count = 0;

	for (size_t i = 0; i < keyset->key_count; i++)
		count += keyset->keys[i].role == role && keyset->keys[i].status == KEY_ACTIVE;
	return count;
}

static bool warn_channel(
	const struct keyset_channel *channel, int editors, struct buf *out, struct err *err)
{
	if (channel->approvals > editors)
		return buf_printf(out, err,
			language_text(
				"note: %s demands %d editors, the keyset has %d: nothing can be issued on it\n"),
			channel->name, channel->approvals, editors);
	return channel->approvals > 1 ||
		   buf_printf(out, err,
			   language_text(
				   "note: on %s one editor alone can publish (--approvals %s=2 demands two)\n"),
			   channel->name, channel->name);
}

bool keyset_view_warn(const struct keyset *keyset, struct buf *out, struct err *err)
{
	int editors = count_active(keyset, ROLE_EDITOR);

	for (size_t i = 0; i < keyset->channel_count; i++)
		if (!warn_channel(&keyset->channels[i], editors, out, err))
			return false;
	if (count_active(keyset, ROLE_DISPATCHER) == 0 &&
		!buf_append_str(out,
			language_text("note: there is no active dispatcher key: nothing can be sent\n"), err))
		return false;
	return count_active(keyset, ROLE_RECOVERY) > 0 ||
		   buf_append_str(out,
			   language_text("note: there is no recovery key: what all editors lose is lost\n"),
			   err);
}
