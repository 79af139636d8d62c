#include "publisher/cli/course.h"

#include <string.h>

static const struct step {
	const char *state;
	const char *words;
	const char *next; /* a command without its ID */
} steps[] = {
	{"draft", "a draft", "its drafter runs: certwire submit"},
	{"review", "under review", "another editor runs: certwire approve"},
	{"approved", "approved", "to send it: certwire issue"},
	{"scheduled", "scheduled", "to send it now: certwire issue"},
	{"withdrawn", "withdrawn", "see why: certwire status"},
	{"issued", "issued", ""},
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
	return err_set(err, ERR_DENIED, "publication %s is %s: %s; %s %s", found->brief, steps[i].words,
		rule, *steps[i].next ? steps[i].next : when_issued, found->brief);
}

bool course_look(struct session *session, const char *id, const char *states, const char *rule,
	const char *when_issued, struct err *err)
{
	auto_lookup struct lookup found = {.rows = NULL};

	return lookup_publication(session, id, &found, err) &&
		   course_check(&found, states, rule, when_issued, err);
}
