#include "subscriber/state.h"

#include "common/buf.h"
#include "common/file.h"
#include "subscriber/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATE_PATH_MAX = 4096 };

/*
 * Migrations in order; user_version counts those applied. Append only.
 *
 * publication.state: wanted (owed to us), stored, recalled (quarantined), ended (nothing will come).
 * recalled: what was taken back, by which publication; a recall has the last word.
 * publication.removed_at: its folder was removed because it was kept long enough.
 * entry.doubted: to be asked for again, and not counted as held until it came again.
 * self.held: entries 1 to held of held_epoch are all there and none is in doubt; there may be more.
 * channel: what the head says of each; since is TIME_NONE where it never could receive it.
 * hook.at: when it happened, or the date that is counted down to.
 * former_receipt: what devices signed that this one followed.
 * item.receipt is null until the item is part of a signed receipt.
 */
static const char *const migrations[] = {
	"CREATE TABLE self (one INTEGER PRIMARY KEY CHECK (one = 1), unit TEXT NOT NULL,"
	" device TEXT NOT NULL, root TEXT NOT NULL, epoch INTEGER NOT NULL DEFAULT 0,"
	" receipts INTEGER NOT NULL DEFAULT 0, settled INTEGER NOT NULL DEFAULT 0);"

	"CREATE TABLE keyset (version INTEGER PRIMARY KEY, jws TEXT NOT NULL);"

	"CREATE TABLE entry (epoch INTEGER NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL,"
	" publication TEXT, target INTEGER NOT NULL DEFAULT 0, previous BLOB NOT NULL,"
	" digest BLOB NOT NULL, jws TEXT NOT NULL, received_at INTEGER NOT NULL,"
	" PRIMARY KEY (epoch, number)) WITHOUT ROWID;"

	"CREATE TABLE publication (id TEXT PRIMARY KEY, epoch INTEGER NOT NULL,"
	" number INTEGER NOT NULL, manifest BLOB NOT NULL, parts INTEGER NOT NULL,"
	" state TEXT NOT NULL DEFAULT 'wanted'"
	"  CHECK (state IN ('wanted', 'stored', 'recalled', 'ended')),"
	" sealed BLOB, code INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',"
	" failures INTEGER NOT NULL DEFAULT 0, retry_at INTEGER NOT NULL DEFAULT 0,"
	" received_at INTEGER NOT NULL, stored_at INTEGER, opened_at INTEGER, folder TEXT,"
	" channel TEXT, label TEXT, title TEXT, bytes INTEGER NOT NULL DEFAULT 0,"
	" CHECK (state NOT IN ('stored', 'recalled') OR stored_at IS NOT NULL)) WITHOUT ROWID;"
	"CREATE INDEX publication_wanted ON publication (epoch, number) WHERE state = 'wanted';"

	"CREATE TABLE recalled (publication TEXT PRIMARY KEY) WITHOUT ROWID;"

	"CREATE TABLE receipt (number INTEGER PRIMARY KEY, jws TEXT NOT NULL,"
	" signed_at INTEGER NOT NULL, refused INTEGER NOT NULL DEFAULT 0);"

	"CREATE TABLE item (id INTEGER PRIMARY KEY, publication TEXT NOT NULL,"
	" epoch INTEGER NOT NULL, entry INTEGER NOT NULL, manifest BLOB NOT NULL,"
	" state TEXT NOT NULL CHECK (state IN ('stored', 'opened', 'recalled', 'refused')),"
	" code INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL,"
	" receipt INTEGER REFERENCES receipt (number),"
	" UNIQUE (publication, epoch, entry, state, code));"
	"CREATE INDEX item_owed ON item (id) WHERE receipt IS NULL;"
	"CREATE INDEX item_receipt ON item (receipt);"

	"CREATE TABLE incident (code INTEGER PRIMARY KEY, total INTEGER NOT NULL,"
	" unreported INTEGER NOT NULL, last_at INTEGER NOT NULL);"

	"CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), jws TEXT NOT NULL,"
	" received_at INTEGER NOT NULL, epoch INTEGER NOT NULL, last INTEGER NOT NULL, standing TEXT "
	"NOT NULL,"
	" since INTEGER NOT NULL, reason TEXT NOT NULL, time INTEGER NOT NULL,"
	" clock_offset INTEGER NOT NULL);"

	"CREATE TABLE line (one INTEGER PRIMARY KEY CHECK (one = 1), connected INTEGER NOT NULL,"
	" broker TEXT NOT NULL, since INTEGER NOT NULL, reason TEXT NOT NULL,"
	" echo_at INTEGER NOT NULL, gap INTEGER NOT NULL);",

	"CREATE TABLE anchor (epoch INTEGER NOT NULL, sequence INTEGER NOT NULL,"
	" digest BLOB NOT NULL, time INTEGER NOT NULL, jws TEXT NOT NULL,"
	" PRIMARY KEY (epoch, sequence)) WITHOUT ROWID;",

	"ALTER TABLE entry ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0;",

	"CREATE TABLE channel (name TEXT PRIMARY KEY, receives INTEGER NOT NULL,"
	" since INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;",

	"ALTER TABLE recalled ADD COLUMN by TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE recalled ADD COLUMN relation TEXT NOT NULL DEFAULT 'recalls'"
	" CHECK (relation IN ('recalls', 'supersedes'));",

	/* Receipts and replies are one series: a reply is signed into the table of receipts. */
	"ALTER TABLE receipt ADD COLUMN is_reply INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE reply (id INTEGER PRIMARY KEY, publication TEXT NOT NULL, manifest BLOB NOT NULL,"
	" answer TEXT NOT NULL CHECK (answer IN ('accept', 'decline', 'interest')),"
	" seats INTEGER NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL,"
	" receipt INTEGER REFERENCES receipt (number));"
	"CREATE INDEX reply_publication ON reply (publication, id);"
	"CREATE INDEX reply_owed ON reply (id) WHERE receipt IS NULL;",

	"ALTER TABLE line ADD COLUMN refused_topics INTEGER NOT NULL DEFAULT 0;",

	"ALTER TABLE publication ADD COLUMN removed_at INTEGER;"
	"CREATE TABLE catalog (publication TEXT PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL,"
	" reply_by INTEGER, deadline INTEGER, starts INTEGER, ends INTEGER) WITHOUT ROWID;",

	"CREATE TABLE hook (publication TEXT NOT NULL, event TEXT NOT NULL CHECK (event IN"
	" ('publication', 'recall', 'reply-by', 'deadline', 'starts')), at INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL DEFAULT 0, retry_at INTEGER NOT NULL DEFAULT 0,"
	" state TEXT NOT NULL DEFAULT 'owed'"
	"  CHECK (state IN ('owed', 'done', 'skipped', 'failed')),"
	" PRIMARY KEY (publication, event)) WITHOUT ROWID;"
	"CREATE INDEX hook_owed ON hook (at) WHERE state = 'owed';",

	"CREATE TABLE guard (one INTEGER PRIMARY KEY CHECK (one = 1), user TEXT NOT NULL,"
	" seccomp TEXT NOT NULL, landlock TEXT NOT NULL, hooks TEXT NOT NULL);",

	"CREATE TABLE former_receipt (device TEXT NOT NULL, number INTEGER NOT NULL, jws TEXT NOT NULL,"
	" signed_at INTEGER NOT NULL, refused INTEGER NOT NULL, PRIMARY KEY (device, number))"
	" WITHOUT ROWID;",

	/* What is asked at every message must not cost more with every document of the years before. */
	"CREATE INDEX entry_held ON entry (epoch, number) WHERE doubted = 0;"
	"CREATE INDEX entry_void ON entry (epoch, target) WHERE kind = 'void';"
	"CREATE INDEX publication_kept ON publication (bytes)"
	" WHERE state IN ('stored', 'recalled') AND removed_at IS NULL;",

	/* How far the mailbox is held is remembered; only what comes above is walked over. */
	"ALTER TABLE self ADD COLUMN held_epoch INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE self ADD COLUMN held INTEGER NOT NULL DEFAULT 0;"
	"CREATE TRIGGER entry_doubted AFTER UPDATE OF doubted ON entry WHEN new.doubted <> 0 BEGIN"
	" UPDATE self SET held = new.number - 1 WHERE held_epoch = new.epoch AND held >= new.number;"
	" END;"
	"CREATE TRIGGER entry_gone AFTER DELETE ON entry BEGIN"
	" UPDATE self SET held = old.number - 1 WHERE held_epoch = old.epoch AND held >= old.number;"
	" END;"
	"UPDATE self SET held_epoch = epoch, held = (WITH RECURSIVE held (number) AS"
	" (SELECT 0 UNION ALL SELECT entry.number FROM held CROSS JOIN entry"
	"  WHERE entry.epoch = self.epoch AND entry.number = held.number + 1 AND doubted = 0)"
	" SELECT max(number) FROM held);"
	"DROP INDEX entry_held;",
};

static bool state_path(
	const char *dir, const char *name, char out[static STATE_PATH_MAX], struct err *err)
{
	if (snprintf(out, STATE_PATH_MAX, "%s/%s", dir, name) >= STATE_PATH_MAX)
		return err_set(err, ERR_USAGE, "the path of the state folder is too long");
	return true;
}

static bool state_version(struct db *db, int64_t *ret, struct err *err)
{
	if (!db_int(db, err, 0, ret, "PRAGMA user_version", ""))
		return false;
	if (*ret > (int64_t)ARRAY_LEN(migrations))
		return err_set(err, ERR_DENIED,
			"'%s' has version %lld, made by a newer program; this one knows %zu", db->path,
			(long long)*ret, ARRAY_LEN(migrations));
	return true;
}

static bool state_migrate(struct db *db, struct err *err)
{
	auto_tx struct tx tx = TX_INIT;
	int64_t version;
	char pragma[64];

	if (!tx_begin(&tx, db, err) || !state_version(db, &version, err))
		return false;
	if (version == (int64_t)ARRAY_LEN(migrations))
		return true;
	for (size_t i = (size_t)version; i < ARRAY_LEN(migrations); i++) {
		if (!db_script(db, migrations[i], err))
			return err_context(err, "migration %zu", i + 1);
	}
	(void)snprintf(pragma, sizeof pragma, "PRAGMA user_version = %zu", ARRAY_LEN(migrations));
	return db_script(db, pragma, err) && tx_commit(&tx, err);
}

bool state_open(const char *dir, struct db *ret, struct err *err)
{
	char path[STATE_PATH_MAX];

	if (!file_mkdirs(dir, 0700, err) || !state_path(dir, "unit.db", path, err) ||
		!db_open(path, ret, err))
		return false;
	if (!state_migrate(ret, err)) {
		db_close(ret);
		return false;
	}
	return true;
}

static bool state_absent(const char *dir, struct err *err)
{
	return err_set(
		err, ERR_USAGE, "there is no state in '%s' yet: start 'certwire-unit run' once", dir);
}

/* After an upgrade, who looks first brings the state up to date; additions do not disturb a daemon. */
static bool state_update(const char *dir, struct err *err)
{
	auto_db struct db db = {.handle = NULL};

	return state_open(dir, &db, err);
}

bool state_open_readonly(const char *dir, struct db *ret, struct err *err)
{
	char path[STATE_PATH_MAX];
	int64_t version;

	if (!state_path(dir, "unit.db", path, err))
		return false;
	if (access(path, F_OK) != 0)
		return state_absent(dir, err);
	if (!db_open_readonly(path, ret, err))
		return false;
	/* Version 0: the daemon has made the file this instant, and nothing in it yet. */
	if (!state_version(ret, &version, err) || (version == 0 && !state_absent(dir, err)) ||
		(version < (int64_t)ARRAY_LEN(migrations) && !state_update(dir, err))) {
		db_close(ret);
		return false;
	}
	return true;
}

bool state_bind(struct db *db, const char *unit, const char *device, const struct fingerprint *root,
	struct err *err)
{
	int64_t same;

	if (!db_run(db, err, "INSERT OR IGNORE INTO self (one, unit, device, root) VALUES (1, ?, ?, ?)",
			"ttt", unit, device, root->text) ||
		!db_int(db, err, 0, &same, "SELECT 1 FROM self WHERE unit = ? AND device = ? AND root = ?",
			"ttt", unit, device, root->text))
		return false;
	if (!same)
		return err_set(err, ERR_DENIED,
			"'%s' belongs to another unit, device or root than the configuration names: use a "
			"state "
			"folder of its own for each device, or finish 'certwire-unit device retire'",
			db->path);
	return true;
}

bool state_device(struct db *db, char ret[static DEVICE_SIZE], struct err *err)
{
	auto_stmt sqlite3_stmt *stmt = NULL;
	bool row;

	ret[0] = '\0';
	if (!db_query(db, err, &stmt, "SELECT device FROM self", "") || !db_next(db, stmt, &row, err))
		return false;
	if (row)
		(void)snprintf(ret, DEVICE_SIZE, "%s", db_text(stmt, 0));
	return true;
}

bool state_rebind(struct db *db, const char *device, struct err *err)
{
	auto_tx struct tx tx = TX_INIT;

	/* Grants are sealed to the key that goes: they are asked for again. */
	return tx_begin(&tx, db, err) &&
		   db_script(db,
			   "INSERT INTO former_receipt SELECT device, number, jws, signed_at, refused"
			   " FROM receipt, self; DELETE FROM item; DELETE FROM receipt;"
			   "UPDATE publication SET sealed = NULL, retry_at = 0 WHERE state = 'wanted'",
			   err) &&
		   db_run(db, err, "UPDATE self SET device = ?, receipts = 0, settled = 0", "t", device) &&
		   tx_commit(&tx, err);
}

bool state_epoch(struct db *db, int64_t *ret, struct err *err)
{
	return db_int(db, err, 0, ret, "SELECT epoch FROM self", "");
}

bool state_raise_epoch(struct db *db, int64_t epoch, struct err *err)
{
	return db_run(db, err, "UPDATE self SET epoch = ?1, settled = 0 WHERE epoch < ?1", "i", epoch);
}

/* Locks of the open file (not of the process) can be asked about without being taken. */
static struct flock state_whole_file(void)
{
	return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

bool state_lock(const char *dir, int *ret_fd, struct err *err)
{
	struct flock lock = state_whole_file();
	char path[STATE_PATH_MAX];
	auto_fd int fd = -1;

	if (!file_mkdirs(dir, 0700, err) || !state_path(dir, "lock", path, err))
		return false;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(err, "cannot open '%s'", path);
	if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
		if (errno == EAGAIN || errno == EACCES)
			return err_set(err, ERR_DENIED, "another certwire-unit runs on '%s'", dir);
		return err_errno(err, "cannot lock '%s'", path);
	}
	*ret_fd = fd;
	fd = -1;
	return true;
}

bool state_is_locked(const char *dir, bool *ret, struct err *err)
{
	struct flock lock = state_whole_file();
	char path[STATE_PATH_MAX];
	auto_fd int fd = -1;

	if (!state_path(dir, "lock", path, err))
		return false;
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		*ret = false;
		return true;
	}
	if (fd < 0)
		return err_errno(err, "cannot open '%s'", path);
	if (fcntl(fd, F_OFD_GETLK, &lock) != 0)
		return err_errno(err, "cannot ask for the lock on '%s'", path);
	*ret = lock.l_type != F_UNLCK;
	return true;
}
