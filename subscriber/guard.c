#include "subscriber/guard.h"

#include "subscriber/db.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

bool guard_drop(const struct config *config, struct err *err)
{
	const struct passwd *user;

	if (!config->user || geteuid() != 0)
		return true;
	errno = 0;
	user = getpwnam(config->user);
	if (!user)
		return err_set(
			err, ERR_USAGE, "user '%s': there is no such user", ERR_QUOTED(config->user));
	return guard_become(user, err);
}

bool guard_become(const struct passwd *user, struct err *err)
{
	if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
		setuid(user->pw_uid) != 0)
		return err_errno(err, "cannot become '%s'", user->pw_name);
	if (user->pw_uid != 0 && setuid(0) == 0)
		return err_set(err, ERR_SYSTEM, "root could be had back: not running so");
	return true;
}

bool guard_become_owner(const struct config *config, struct err *err)
{
	struct stat state;
	const struct passwd *owner;

	if (config->user || geteuid() != 0)
		return guard_drop(config, err);
	if (stat(config->state, &state) != 0 || state.st_uid == 0)
		return true;
	errno = 0;
	owner = getpwuid(state.st_uid);
	if (!owner)
		return err_set(err, ERR_USAGE,
			"'%s' belongs to nobody that this machine knows: chown it to the user of the service",
			config->state);
	return guard_become(owner, err);
}

void guard_confine(const struct config *config, struct guard *guard)
{
	const struct passwd *user = getpwuid(geteuid());

	(void)snprintf(guard->user, sizeof guard->user, "%s", user ? user->pw_name : "?");
	(void)snprintf(guard->hooks, sizeof guard->hooks, "%s",
		config->on_publication || config->on_recall || config->on_deadline
			? "on"
			: "off: no program is configured");
	if (!config->confine || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		(void)snprintf(guard->seccomp, sizeof guard->seccomp, "off: %s",
			config->confine ? strerror(errno) : "confine = no");
		(void)snprintf(guard->landlock, sizeof guard->landlock, "%s", guard->seccomp);
		return;
	}
	guard_landlock(config, guard->landlock);
	guard_seccomp(guard->seccomp);
}

bool guard_keep(struct db *db, const struct guard *guard, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO guard (one, user, seccomp, landlock, hooks) VALUES (1, ?, ?, ?, ?)"
		" ON CONFLICT (one) DO UPDATE SET user = excluded.user, seccomp = excluded.seccomp,"
		" landlock = excluded.landlock, hooks = excluded.hooks",
		"tttt", guard->user, guard->seccomp, guard->landlock, guard->hooks);
}
