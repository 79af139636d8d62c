#include "subscriber/spool.h"

#include "common/cleanup.h"
#include "common/file.h"
#include "common/refusal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pages of its own, which the system has again at once: what a step needed at most does not stay. */
static uint8_t *memory_new(void)
{
	void *part = mmap(NULL, PART_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return part == MAP_FAILED ? NULL : part;
}

static void spool_forget_memory(struct spool *spool, struct spooled *item)
{
	if (!item->part)
		return;
	(void)munmap(item->part, PART_BYTES);
	item->part = NULL;
	spool->in_memory--;
}

static struct spooled *spool_find(const struct spool *spool, const struct pub_id *id)
{
	for (size_t i = 0; i < spool->count; i++) {
		if (pub_id_equal(&spool->items[i].id, id))
			return &spool->items[i];
	}
	return NULL;
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

/* Takes up one file; one that is torn is removed, one of another name is left alone. */
static bool spool_take_up(struct spool *spool, const char *name, struct err *err)
{
	struct spooled item = {.in_file = true};
	bool sound;

	if (!spool_file_is(name, &item.id))
		return true;
	if (!spool_file_load(spool->dir, &item.id, &item.count, &item.map, &sound, err))
		return false;
	if (!sound)
		return spool_file_remove(spool->dir, &item.id, err);
	for (uint32_t i = 0; i < item.count; i++)
		item.held += part_map_has(&item.map, i);
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
	for (size_t i = 0; i < spool->count; i++)
		spool_forget_memory(spool, &spool->items[i]);
	free(spool->items);
	*spool = (struct spool){.dir = -1};
}

bool spool_drop(struct spool *spool, const struct pub_id *id, struct err *err)
{
	struct spooled *item = spool_find(spool, id);

	if (!item)
		return true;
	if (item->in_file && !spool_file_remove(spool->dir, id, err))
		return false;
	spool_forget_memory(spool, item);
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
	if (item && !item->wanted && !spool_make_room(spool, &part->publication, &fits, err))
		return false;
	*ret = fits ? spool_find(spool, &part->publication) : NULL;
	return true;
}

static bool spool_write(struct spool *spool, struct spooled *item, uint32_t index,
	const uint8_t *bytes, struct err *err)
{
	item->in_file = true;
	return spool_file_write(spool->dir, &item->id, item->count, &item->map, index, bytes, err);
}

static bool spool_keep(
	struct spool *spool, struct spooled *item, const struct part *part, struct err *err)
{
	if (item->count > 1 || item->in_file || spool->in_memory == SPOOL_MEMORY_PARTS)
		return spool_write(spool, item, part->index, part->bytes, err);
	item->part = memory_new();
	if (!item->part)
		return err_set(err, ERR_SYSTEM, "out of memory");
	memcpy(item->part, part->bytes, PART_BYTES);
	part_map_set(&item->map, 0, true);
	spool->in_memory++;
	return true;
}

bool spool_settle(struct spool *spool, struct pub_id *ret_id, struct err *err)
{
	for (size_t i = spool->count; spool->in_memory > 0 && i-- > 0;) {
		struct spooled *item = &spool->items[i];
		bool written;

		if (!item->part)
			continue;
		written = spool_write(spool, item, 0, item->part, err);
		spool_forget_memory(spool, item);
		if (!written) {
			part_map_set(&item->map, 0, false);
			item->held = 0;
			*ret_id = item->id;
			return false;
		}
	}
	return true;
}

bool spool_put(struct spool *spool, const struct part *part, bool *ret_new, struct err *err)
{
	struct spooled *item;

	if (spool_has(spool, &part->publication, part->index)) {
		item = spool_find(spool, &part->publication);
		if (item && item->count == part->count) {
			*ret_new = false;
			return true;
		}
	}
	if (!spool_prepare(spool, part, &item, err))
		return false;
	*ret_new = item;
	if (!item)
		return true;
	if (!spool_keep(spool, item, part, err))
		return false;
	item->held++;
	return true;
}

bool spool_has(const struct spool *spool, const struct pub_id *id, uint32_t index)
{
	const struct spooled *item = spool_find(spool, id);

	return item && index < item->count && part_map_has(&item->map, index);
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
	const struct spooled *item = spool_find(spool, id);

	if (item && item->part && index == 0) {
		memcpy(part, item->part, PART_BYTES);
		return true;
	}
	return spool_file_read(spool->dir, id, index, part, err);
}

bool spool_drop_part(struct spool *spool, const struct pub_id *id, uint32_t index, struct err *err)
{
	struct spooled *item = spool_find(spool, id);

	if (!item || !spool_has(spool, id, index))
		return true;
	if (item->part) {
		spool_forget_memory(spool, item);
		part_map_set(&item->map, index, false);
	} else if (!spool_write(spool, item, index, NULL, err)) {
		return false;
	}
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
