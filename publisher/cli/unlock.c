#include <stdio.h>

#include "common/json.h"
#include "publisher/cli/keychain.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/signer.h"
#include "publisher/cli/verbs.h"

enum { MINUTES_DEFAULT = 30, MINUTES_MAX = 480, MINUTE_S = 60 };

const struct cli_option unlock_options[] = {
	{"minutes", "N", "for how long (default 30, at most 480)", false},
	{"lock", NULL, "forget it now", false},
	SESSION_KEY_OPTIONS,
	{"json", NULL, "print JSON", false},
	{0},
};

static bool print_json(const struct signer *signer, int64_t minutes, struct err *err)
{
	return output_json(json_pack("{s:s, s:b, s:I}", "kid", signer->kid, "unlocked", minutes > 0,
						   "minutes", (json_int_t)minutes),
		err);
}

static bool lock(const struct cli_call *call, const struct signer *signer, struct err *err)
{
	bool found = false;

	if (!keychain_drop(signer->kid, &found, err))
		return false;
	if (cli_has(call, "json"))
		return print_json(signer, 0, err);
	(void)printf("%s %s (%s)\n", found ? "locked 已锁定" : "was not unlocked 本未解锁", signer->kid,
		signer->file.name);
	return true;
}

bool verb_unlock(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_signer struct signer signer = SIGNER_INIT;
	int64_t minutes;

	if (!cli_int(call, "minutes", 1, MINUTES_MAX, MINUTES_DEFAULT, &minutes, err) ||
		!session_init(&session, call, err) || !signer_load_unlisted(&session, &signer, err))
		return false;
	if (cli_has(call, "lock"))
		return lock(call, &signer, err);
	/* Asked for anew each time: who sits down at an unlocked session does not prolong it. */
	if (!signer_unlock_anew(&session, &signer, err) ||
		!keychain_put(&signer.key, (unsigned)(minutes * MINUTE_S), err))
		return false;
	if (cli_has(call, "json"))
		return print_json(&signer, minutes, err);
	(void)printf("unlocked 已解锁 %s (%s) for %d minutes; certwire unlock --lock ends it\n",
		signer.kid, signer.file.name, (int)minutes);
	return true;
}
