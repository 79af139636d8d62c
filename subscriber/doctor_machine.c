/* What lies on this machine. */
#include "subscriber/doctor.h"

#include "common/cleanup.h"
#include "common/keyfile.h"
#include "common/language.h"
#include "subscriber/room.h"
#include "subscriber/state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum doctor_mark doctor_keys(struct doctor *doctor, char *detail, size_t size)
{
	struct fingerprint fingerprint;
	char path[4096];
	struct err err;

	(void)snprintf(path, sizeof path, "%s/device.key", doctor->config->state);
	if (!keyfile_load_unprotected(path, ROLE_DEVICE, &doctor->key, &err)) {
		(void)snprintf(detail, size, "%s", err.text);
		return DOCTOR_BAD;
	}
	doctor->has_key = true;
	fingerprint = fingerprint_of(&doctor->key.public);
	(void)snprintf(detail, size, "%s, 指纹 %s", doctor->config->client_id, fingerprint.text);
	return DOCTOR_OK;
}

static bool disk_is_bad(const char *path, int64_t *ret_free, char *detail, size_t size)
{
	struct statvfs fs;

	if (access(path, R_OK | W_OK | X_OK) != 0 || statvfs(path, &fs) != 0) {
		(void)snprintf(detail, size, "'%s': %s", path, language_text(strerror(errno)));
		return true;
	}
	*ret_free = (int64_t)(fs.f_bavail * fs.f_frsize);
	if (*ret_free >= ROOM_RESERVE_BYTES)
		return false;
	(void)snprintf(detail, size, "'%s' 只剩 %lld MiB（至少需要 %lld MiB）", path,
		(long long)(*ret_free >> 20), (long long)(ROOM_RESERVE_BYTES >> 20));
	return true;
}

enum doctor_mark doctor_disk(struct doctor *doctor, char *detail, size_t size)
{
	const struct config *config = doctor->config;
	char reason[1024];
	int64_t here = 0;
	int64_t there;

	if (disk_is_bad(config->state, &here, detail, size))
		return DOCTOR_BAD;
	there = here;
	/* The inbox is made when the first document is written. */
	if (access(config->inbox, F_OK) == 0 && disk_is_bad(config->inbox, &there, detail, size))
		return DOCTOR_BAD;
	if (doctor->facts.disk > 0) {
		(void)snprintf(detail, size, "%lld 件因空间不足未能接收：%s", (long long)doctor->facts.disk,
			language_stored(reason, sizeof reason, doctor->facts.refused_reason));
		return DOCTOR_BAD;
	}
	(void)snprintf(detail, size, "'%s' 可用 %lld MiB", config->inbox,
		(long long)((here < there ? here : there) >> 20));
	return DOCTOR_OK;
}
