#include "publisher/cli/course.h"

#include <string.h>

#include "common/language.h"

static const struct step {
	const char *state;
	const char *words;
	const char *next; /* a command without its ID; NULL: as the caller says */
} steps[] = {
	{"draft", LANGUAGE_TEXT("a draft"), LANGUAGE_TEXT("its drafter runs: certwire submit")},
	{"review", LANGUAGE_TEXT("under review"),
		LANGUAGE_TEXT("another editor runs: certwire approve")},
	{"approved", LANGUAGE_TEXT("approved"), LANGUAGE_TEXT("to send it: certwire issue")},
	{"scheduled", LANGUAGE_TEXT("scheduled"), LANGUAGE_TEXT("to send it now: certwire issue")},
	{"withdrawn", LANGUAGE_TEXT("withdrawn"), LANGUAGE_TEXT("see why: certwire status")},
	{"issued", LANGUAGE_TEXT("issued"), NULL},
};

static bool is_among(const char *word, const char *words)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

bool course_check(const struct lookup *found, const char *states, const char *rule,
	const char *when_issued, struct err *err)
{
	const char *state = found->publication.state;
	size_t i = 0;

	if (is_among(state, states))
		return true;
	while (i + 1 < ARRAY_LEN(steps) && strcmp(steps[i].state, state) != 0)
		i++;
	return err_set(err, ERR_DENIED, "publication %s is %s: %s; %s %s", found->brief,
		language_text(steps[i].words), language_text(rule),
		language_text(steps[i].next ? steps[i].next : when_issued), found->brief);
}

bool course_look(struct session *session, const char *id, const char *states, const char *rule,
	const char *when_issued, struct err *err)
{
	auto_lookup struct lookup found = {.rows = NULL};

	return lookup_publication(session, id, &found, err) &&
		   course_check(&found, states, rule, when_issued, err);
}
