#include "subscriber/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/file.h"
#include "common/refusal.h"

/* The page before the parts: magic, count, map. Native byte order: the file never leaves the machine. */
struct spool_page {
	char magic[12];
	uint32_t count;
	uint8_t map[LIMIT_PARTS / 8];
};

enum { SPOOL_PAGE_BYTES = 4096, SPOOL_NAME_SIZE = PUB_ID_SIZE + sizeof ".parts" - 1 };

static const char spool_magic[12] = "certspool1";

static char *spool_name(const struct pub_id *id, char out[static SPOOL_NAME_SIZE])
{
	(void)pub_id_format(id, out);
	(void)strcat(out, ".parts");
	return out;
}

static bool map_get(const uint8_t *map, uint32_t index)
{
	return map[index / 8] >> (index % 8) & 1;
}

static off_t part_offset(uint32_t index)
{
	return SPOOL_PAGE_BYTES + (off_t)index * PART_BYTES;
}

static struct spooled *spool_find(const struct spool *spool, const struct pub_id *id)
{
	for (size_t i = 0; i < spool->count; i++) {
		if (pub_id_equal(&spool->items[i].id, id))
			return &spool->items[i];
	}
	return NULL;
}

static bool write_refused(struct err *err, const char *name)
{
	int code = errno == ENOSPC || errno == EDQUOT ? REFUSAL_DISK_FULL : REFUSAL_DISK_WRITE;

	(void)err_errno(err, "cannot write '%s'", name);
	err->code = code;
	return false;
}

static bool pwrite_all(int fd, const void *data, size_t len, off_t at)
{
	const uint8_t *bytes = data;

	while (len > 0) {
		ssize_t n = pwrite(fd, bytes, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static bool spool_add(struct spool *spool, const struct spooled *item, struct err *err)
{
	struct spooled *more = reallocarray(spool->items, spool->count + 1, sizeof *more);

	if (!more)
		return err_set(err, ERR_SYSTEM, "out of memory");
	spool->items = more;
	more[spool->count] = *item;
	more[spool->count++].age = spool->next_age++;
	return true;
}

/* Takes up one file; one that is none of ours, or torn, is removed. */
static bool spool_take_up(struct spool *spool, const char *name, struct err *err)
{
	struct spooled item = {.count = 0};
	struct spool_page page;
	auto_fd int fd = -1;

	if (strlen(name) != SPOOL_NAME_SIZE - 1 || strcmp(name + PUB_ID_SIZE - 1, ".parts") != 0 ||
		!pub_id_parse(name, PUB_ID_SIZE - 1, &item.id))
		return true;
	fd = openat(spool->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_errno(err, "cannot open '%s/%s'", spool->path, name);
	if (pread(fd, &page, sizeof page, 0) != sizeof page ||
		memcmp(page.magic, spool_magic, sizeof page.magic) != 0 || page.count < 1 ||
		page.count > LIMIT_PARTS)
		return file_remove_tree_at(spool->dir, name, err);
	item.count = page.count;
	memcpy(item.map, page.map, sizeof item.map);
	for (uint32_t i = 0; i < item.count; i++)
		item.held += map_get(item.map, i);
	return spool_add(spool, &item, err);
}

static bool spool_scan(struct spool *spool, struct err *err)
{
	auto_dir DIR *dir = NULL;
	int fd = openat(spool->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(err, "cannot open '%s'", spool->path);
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return err_errno(err, "cannot read '%s'", spool->path);
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] != '.' && !spool_take_up(spool, entry->d_name, err))
			return false;
	}
	return true;
}

bool spool_open(const char *path, struct spool *ret, struct err *err)
{
	auto_spool struct spool spool = {.dir = -1};

	spool.path = strdup(path);
	if (!spool.path)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (!file_mkdirs(path, 0700, err) || !file_open_dir(path, &spool.dir, err) ||
		!spool_scan(&spool, err))
		return false;
	*ret = spool;
	spool = (struct spool){.dir = -1};
	return true;
}

void spool_close(struct spool *spool)
{
	cleanup_fd(&spool->dir);
	free(spool->path);
	free(spool->items);
	*spool = (struct spool){.dir = -1};
}

bool spool_drop(struct spool *spool, const struct pub_id *id, struct err *err)
{
	struct spooled *item = spool_find(spool, id);
	char name[SPOOL_NAME_SIZE];

	if (!item)
		return true;
	if (!file_remove_tree_at(spool->dir, spool_name(id, name), err))
		return false;
	*item = spool->items[--spool->count];
	return true;
}

bool spool_want(struct spool *spool, const struct pub_id *id, uint32_t count, struct err *err)
{
	struct spooled *item = spool_find(spool, id);
	struct spooled fresh = {.id = *id, .count = count, .wanted = true};

	if (item && item->count == count) {
		item->wanted = true;
		return true;
	}
	return spool_drop(spool, id, err) && spool_add(spool, &fresh, err);
}

static bool spool_early_fits(const struct spool *spool)
{
	int64_t bytes = PART_BYTES;
	size_t count = 0;

	for (size_t i = 0; i < spool->count; i++) {
		if (spool->items[i].wanted)
			continue;
		bytes += (int64_t)spool->items[i].held * PART_BYTES;
		count++;
	}
	return bytes <= LIMIT_EARLY_BYTES && count <= LIMIT_EARLY_PUBLICATIONS;
}

/* The early one that came first, other than `but`; NULL when there is none. */
static const struct spooled *spool_oldest_early(const struct spool *spool, const struct pub_id *but)
{
	const struct spooled *oldest = NULL;

	for (size_t i = 0; i < spool->count; i++) {
		const struct spooled *item = &spool->items[i];

		if (!item->wanted && !pub_id_equal(&item->id, but) && (!oldest || item->age < oldest->age))
			oldest = item;
	}
	return oldest;
}

/*
 * Makes room for one more early part of `id` by dropping older publications. A single one that fills
 * all the room keeps what it has; `*ret_fits` is false then.
 */
static bool spool_make_room(
	struct spool *spool, const struct pub_id *id, bool *ret_fits, struct err *err)
{
	while (!spool_early_fits(spool)) {
		const struct spooled *oldest = spool_oldest_early(spool, id);
		struct pub_id gone;

		if (!oldest)
			break;
		gone = oldest->id;
		if (!spool_drop(spool, &gone, err))
			return false;
	}
	*ret_fits = spool_early_fits(spool);
	return true;
}

static bool spool_write(struct spool *spool, struct spooled *item, uint32_t index,
	const uint8_t *bytes, struct err *err)
{
	struct spool_page page = {.count = item->count};
	char name[SPOOL_NAME_SIZE];
	auto_fd int fd = openat(
		spool->dir, spool_name(&item->id, name), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return write_refused(err, name);
	memcpy(page.magic, spool_magic, sizeof page.magic);
	memcpy(page.map, item->map, sizeof page.map);
	if (bytes) {
		page.map[index / 8] |= (uint8_t)(1 << index % 8);
		if (!pwrite_all(fd, bytes, PART_BYTES, part_offset(index)))
			return write_refused(err, name);
	} else {
		page.map[index / 8] &= (uint8_t) ~(1 << index % 8);
	}
	if (!pwrite_all(fd, &page, sizeof page, 0))
		return write_refused(err, name);
	memcpy(item->map, page.map, sizeof item->map);
	return true;
}

/* The place for a part; `*ret` is NULL when there is no room for it. */
static bool spool_prepare(
	struct spool *spool, const struct part *part, struct spooled **ret, struct err *err)
{
	struct spooled *item = spool_find(spool, &part->publication);
	struct spooled fresh = {.id = part->publication, .count = part->count};
	bool fits = true;

	if (item && item->count != part->count) {
		if (item->wanted)
			return err_code(err, REFUSAL_PART_MALFORMED, "part of %u, but the entry says %u",
				part->count, item->count);
		if (!spool_drop(spool, &part->publication, err))
			return false;
		item = NULL;
	}
	if (!item && !spool_add(spool, &fresh, err))
		return false;
	item = spool_find(spool, &part->publication);
	if (!item->wanted && !spool_make_room(spool, &part->publication, &fits, err))
		return false;
	*ret = fits ? spool_find(spool, &part->publication) : NULL;
	return true;
}

bool spool_put(struct spool *spool, const struct part *part, bool *ret_new, struct err *err)
{
	struct spooled *item;

	if (spool_has(spool, &part->publication, part->index)) {
		item = spool_find(spool, &part->publication);
		if (item->count == part->count) {
			*ret_new = false;
			return true;
		}
	}
	if (!spool_prepare(spool, part, &item, err))
		return false;
	*ret_new = item;
	if (!item)
		return true;
	if (!spool_write(spool, item, part->index, part->bytes, err))
		return false;
	item->held++;
	return true;
}

bool spool_has(const struct spool *spool, const struct pub_id *id, uint32_t index)
{
	const struct spooled *item = spool_find(spool, id);

	return item && index < item->count && map_get(item->map, index);
}

bool spool_complete(const struct spool *spool, const struct pub_id *id)
{
	const struct spooled *item = spool_find(spool, id);

	return item && item->held == item->count;
}

uint32_t spool_held(const struct spool *spool, const struct pub_id *id)
{
	const struct spooled *item = spool_find(spool, id);

	return item ? item->held : 0;
}

uint32_t spool_missing(const struct spool *spool, const struct pub_id *id, uint32_t count,
	uint32_t most, struct ranges *ret)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < count && found < most; i++) {
		if (spool_has(spool, id, i))
			continue;
		if (!ranges_add(ret, i, i))
			break;
		found++;
	}
	return found;
}

bool spool_read(const struct spool *spool, const struct pub_id *id, uint32_t index,
	uint8_t part[static PART_BYTES], struct err *err)
{
	char name[SPOOL_NAME_SIZE];
	auto_fd int fd = openat(spool->dir, spool_name(id, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || pread(fd, part, PART_BYTES, part_offset(index)) != PART_BYTES)
		return err_code(err, REFUSAL_PART_SEALED, "part %u cannot be read back", index);
	return true;
}

bool spool_drop_part(struct spool *spool, const struct pub_id *id, uint32_t index, struct err *err)
{
	struct spooled *item = spool_find(spool, id);

	if (!item || !spool_has(spool, id, index))
		return true;
	if (!spool_write(spool, item, index, NULL, err))
		return false;
	item->held--;
	return true;
}

int64_t spool_bytes(const struct spool *spool)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < spool->count; i++)
		bytes += (int64_t)spool->items[i].held * PART_BYTES;
	return bytes;
}
