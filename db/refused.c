#include "db/refused.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/language.h"

enum { VALUES_MAX = 8 };

/*
 * Each as it stands in db/migrations: %s and the like are values, and one that ends in a blank goes on with
 * a value. What administrators alone meet, in psql, is not here.
 */
static const char *const messages[] = {
	LANGUAGE_TEXT("a reason is needed"),
	LANGUAGE_TEXT("say in a sentence why; the unit's people will read it"),
	LANGUAGE_TEXT("the reason has %s bytes, at most 1024 are allowed"),
	LANGUAGE_TEXT("shorten it"),
	LANGUAGE_TEXT("the reason holds a control character"),
	LANGUAGE_TEXT("write it in one line"),
	LANGUAGE_TEXT("keyset version %s does not follow version %s"),
	LANGUAGE_TEXT("make the next version from the newest one"),
	LANGUAGE_TEXT("keyset version %s does not name the digest of version %s"),
	LANGUAGE_TEXT("make it again with --previous and the keyset that is in the database"),
	LANGUAGE_TEXT("no %s's key is bound to %s"),
	LANGUAGE_TEXT("key %s is not bound to %s as %s"),
	LANGUAGE_TEXT("an administrator runs: SELECT certwire.bind_key('<kid>', %L, %L)"),
	LANGUAGE_TEXT("the entitlements are locked by %s"),
	/* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one text, too long for a line */
	LANGUAGE_TEXT("try again when that transaction has ended; the operator may end it: SELECT "
				  "pg_terminate_backend(<process>)"),
	LANGUAGE_TEXT("there is no unit %L"),
	LANGUAGE_TEXT(
		"see certwire.unit_overview, or enter it: SELECT * FROM certwire.propose_unit(...)"),
	LANGUAGE_TEXT("there is no channel %L"),
	LANGUAGE_TEXT("use one of: "),
	LANGUAGE_TEXT("device %s.%s is revoked"),
	LANGUAGE_TEXT("its id is not used again: enroll the machine under another device id"),
	LANGUAGE_TEXT("device %s.%s is certified already"),
	LANGUAGE_TEXT("there is no request of device %s.%s"),
	LANGUAGE_TEXT("an administrator puts it in: SELECT certwire.request_device(...)"),
	LANGUAGE_TEXT("device %s.%s is %s already"),
	LANGUAGE_TEXT("see: certwire device list"),
	LANGUAGE_TEXT("another device has this key"),
	LANGUAGE_TEXT("each device makes its own key: enroll again"),
	LANGUAGE_TEXT("unit %s has 16 live devices, the most there can be"),
	LANGUAGE_TEXT("revoke one first"),
	LANGUAGE_TEXT("the audience names unknown units: %s"),
	LANGUAGE_TEXT("name units that were admitted"),
	LANGUAGE_TEXT("keyset %s is not the newest"),
	LANGUAGE_TEXT("draft again with the newest keyset"),
	LANGUAGE_TEXT("keyset %s does not say how many editors sign for %s"),
	LANGUAGE_TEXT("the next keyset must name the channel"),
	LANGUAGE_TEXT("the publication would have expired already"),
	LANGUAGE_TEXT("give a later time or none"),
	LANGUAGE_TEXT("publication %s exists already"),
	LANGUAGE_TEXT("there is no publication %L"),
	LANGUAGE_TEXT("see: certwire list"),
	LANGUAGE_TEXT("publication %s is %s"),
	LANGUAGE_TEXT("only what is not yet issued can be signed"),
	LANGUAGE_TEXT("who drafted a publication cannot approve it"),
	LANGUAGE_TEXT("another editor must sign"),
	LANGUAGE_TEXT("%s has signed publication %s already"),
	LANGUAGE_TEXT("publication %s has %s of %s signatures"),
	LANGUAGE_TEXT("another editor runs: certwire approve "),
	LANGUAGE_TEXT("publication %s is %s already"),
	LANGUAGE_TEXT("see: certwire status "),
	LANGUAGE_TEXT("publication %s has expired"),
	LANGUAGE_TEXT("draft it again"),
	LANGUAGE_TEXT("what was issued is recalled, not withdrawn"),
	LANGUAGE_TEXT("keyset %s has expired"),
	LANGUAGE_TEXT("the root signs a new keyset, a registrar imports it"),
	LANGUAGE_TEXT("publication %s is not issued"),
	LANGUAGE_TEXT("publication %s is a recall itself: it cannot be %s"),
	LANGUAGE_TEXT("publish anew what should hold instead"),
	LANGUAGE_TEXT("publication %s is %s: only what is issued can be %s"),
	LANGUAGE_TEXT("what is not issued yet is withdrawn: certwire withdraw "),
	LANGUAGE_TEXT("publication %s is being %s, or was, by %s already"),
	LANGUAGE_TEXT("approve, issue or withdraw that one: certwire status %s"),
	LANGUAGE_TEXT("publication %s is of channel %s"),
	LANGUAGE_TEXT("only the editors of its own channel take a publication back"),
	LANGUAGE_TEXT("%s %s exists already: %s, %s"),
	LANGUAGE_TEXT("to replace it: --supersedes %s"),
	LANGUAGE_TEXT("withdraw that one first: certwire withdraw %s"),
	LANGUAGE_TEXT("only what is issued can be sent as a back number"),
	LANGUAGE_TEXT("publication %s was taken back by %s"),
	LANGUAGE_TEXT("send what replaced it"),
	LANGUAGE_TEXT("publication %s was entered for %s already"),
	LANGUAGE_TEXT("offer it again: certwire remind "),
	LANGUAGE_TEXT("%s is not in the audience that the editors signed for %s"),
	LANGUAGE_TEXT("draft a publication for it"),
	LANGUAGE_TEXT("%s may not receive %s now: %s"),
	LANGUAGE_TEXT("an administrator sees each rule: certwire.why"),
	LANGUAGE_TEXT("only what is issued can be offered again"),
	LANGUAGE_TEXT("only a draft is handed over for review"),
	LANGUAGE_TEXT("publication %s was drafted by %s"),
	LANGUAGE_TEXT(
		"its drafter hands it over; whoever changes it (certwire edit) becomes its drafter"),
	LANGUAGE_TEXT("publication %s is not handed over for review"),
	LANGUAGE_TEXT("its drafter runs: certwire submit "),
	LANGUAGE_TEXT("what is under review, approved or scheduled is returned"),
	LANGUAGE_TEXT("who drafted a publication does not return it"),
	LANGUAGE_TEXT("change it: certwire edit, or give it up: certwire withdraw"),
	LANGUAGE_TEXT("publication %s is no new draft of %s"),
	LANGUAGE_TEXT("only what is not issued can be changed"),
	LANGUAGE_TEXT("an edit keeps the channel and the kind"),
	LANGUAGE_TEXT("draft it anew"),
	LANGUAGE_TEXT("a publication is scheduled for a time to come"),
	LANGUAGE_TEXT("to issue it now: certwire issue "),
	LANGUAGE_TEXT("it was approved to go out no earlier than %s"),
	LANGUAGE_TEXT("choose a later time, or change it: certwire edit "),
	LANGUAGE_TEXT("it expires on %s"),
	LANGUAGE_TEXT("choose an earlier time"),
	LANGUAGE_TEXT("publication %s is being issued already"),
};

/* A value within the text. */
struct value {
	const char *at;
	size_t len;
};

const char *refused_nth(size_t nth)
{
	return nth < ARRAY_LEN(messages) ? messages[nth] : NULL;
}

/* Whether the text is the message with values in it; each value ends where what follows it begins. */
static bool matches(const char *message, const char *text, struct value *values, size_t *ret_count)
{
	size_t count = 0;

	*ret_count = 1;
	for (;;) {
		size_t len = strcspn(message, "%");
		const char *found = count == 0 ? text : memmem(text, strlen(text), message, len);

		/* What stands after the last value is the text's end. */
		if (count > 0 && message[len] == '\0')
			found = strlen(text) >= len ? text + strlen(text) - len : NULL;
		if (!found || strncmp(found, message, len) != 0)
			return false;
		if (count > 0)
			values[count - 1].len = (size_t)(found - values[count - 1].at);
		text = found + len;
		message += len;
		if (*message == '\0' || count == VALUES_MAX)
			break;
		message += 2;
		values[count++].at = text;
	}
	if (*message != '\0' || *text != '\0')
		return false;
	*ret_count = count;
	return true;
}

/* One that ends in a blank goes on with a value to the end. */
static bool begins(const char *message, const char *text, struct value *value)
{
	size_t len = strlen(message);

	*value = (struct value){text + len, 0};
	if (message[len - 1] != ' ' || strncmp(text, message, len) != 0)
		return false;
	value->len = strlen(text + len);
	return true;
}

/* The translation with the values in it, in their order. */
static void fill(char *out, size_t size, const char *said, const struct value *values, size_t count)
{
	size_t used = 0;
	size_t nth = 0;

	out[0] = '\0';
	while (*said && used < size) {
		size_t len = strcspn(said, "%");

		used += (size_t)snprintf(out + used, size - used, "%.*s", (int)len, said);
		said += len;
		if (*said && used < size && nth < count) {
			used += (size_t)snprintf(
				out + used, size - used, "%.*s", (int)values[nth].len, values[nth].at);
			nth++;
		}
		said += *said ? 2 : 0;
	}
	for (; nth < count && used < size; nth++)
		used +=
			(size_t)snprintf(out + used, size - used, "%.*s", (int)values[nth].len, values[nth].at);
}

/* The one that says most of the text itself; -1 when none does. */
static int find(const char *text, struct value values[static VALUES_MAX], size_t *ret_count)
{
	int found = -1;
	size_t most = 0;

	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		struct value here[VALUES_MAX];
		size_t count = 1;

		if (!matches(messages[i], text, here, &count) && !begins(messages[i], text, here))
			continue;
		if (found >= 0 && strlen(messages[i]) - 2 * count <= most)
			continue;
		found = (int)i;
		most = strlen(messages[i]) - 2 * count;
		memcpy(values, here, sizeof here);
		*ret_count = count;
	}
	return found;
}

char *refused_said(char *out, size_t size, const char *text)
{
	struct value values[VALUES_MAX];
	size_t count = 0;
	int nth = find(text, values, &count);
	const char *said = nth < 0 ? NULL : language_text(messages[nth]);

	if (nth < 0 || said == messages[nth])
		(void)snprintf(out, size, "%s", text);
	else
		fill(out, size, said, values, count);
	return out;
}
