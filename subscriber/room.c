#include "subscriber/room.h"

#include "common/refusal.h"
#include "subscriber/wanted.h"

#include <errno.h>
#include <sys/statvfs.h>

static bool room_on_disk(const char *path, int64_t bytes, struct err *err)
{
	struct statvfs fs;

	if (statvfs(path, &fs) != 0)
		/* The inbox is made when the first document is written. */
		return errno == ENOENT || err_errno(err, "cannot ask how much room '%s' has", path);
	if ((int64_t)(fs.f_bavail * fs.f_frsize) < bytes + ROOM_RESERVE_BYTES)
		return err_code(err, REFUSAL_DISK_FULL, "the disk of '%s' has no room for %lld MiB more",
			path, (long long)(bytes >> 20) + 1);
	return true;
}

bool room_check(struct unit *unit, int64_t bytes, struct err *err)
{
	const struct config *config = unit->config;
	int64_t used = 0;

	if (config->quota_bytes > 0 && !wanted_inbox_bytes(&unit->db, &used, err))
		return false;
	used += spool_bytes(&unit->spool);
	if (config->quota_bytes > 0 && used + bytes > config->quota_bytes)
		return err_code(err, REFUSAL_DISK_FULL,
			"%lld MiB more would pass the quota of %s (%lld MiB in use)",
			(long long)(bytes >> 20) + 1, config->quota, (long long)(used >> 20));
	return room_on_disk(config->state, bytes, err) && room_on_disk(config->inbox, bytes, err);
}

int64_t room_needed(const struct unit *unit, const struct pub_id *id, uint32_t parts)
{
	return (2 * (int64_t)parts - spool_held(&unit->spool, id)) * PART_BYTES;
}
