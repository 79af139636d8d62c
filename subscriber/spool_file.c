#include "subscriber/spool_file.h"

#include "common/cleanup.h"
#include "common/file.h"
#include "common/refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The page before the parts: magic, count, map. Native byte order: the file never leaves the machine. */
struct spool_page {
	char magic[12];
	uint32_t count;
	struct part_map map;
};

enum { SPOOL_PAGE_BYTES = 4096, SPOOL_NAME_SIZE = PUB_ID_SIZE + sizeof ".parts" - 1 };

static const char spool_magic[12] = "certspool1";

static char *spool_name(const struct pub_id *id, char out[static SPOOL_NAME_SIZE])
{
	(void)pub_id_format(id, out);
	memcpy(out + PUB_ID_SIZE - 1, ".parts", sizeof ".parts");
	return out;
}

static off_t part_offset(uint32_t index)
{
	return SPOOL_PAGE_BYTES + (off_t)index * PART_BYTES;
}

bool part_map_has(const struct part_map *map, uint32_t index)
{
	return map->bits[index / 8] >> (index % 8) & 1;
}

void part_map_set(struct part_map *map, uint32_t index, bool has)
{
	if (has)
		map->bits[index / 8] |= (uint8_t)(1 << index % 8);
	else
		map->bits[index / 8] &= (uint8_t) ~(1 << index % 8);
}

bool spool_file_is(const char *name, struct pub_id *ret)
{
	return strlen(name) == SPOOL_NAME_SIZE - 1 && strcmp(name + PUB_ID_SIZE - 1, ".parts") == 0 &&
		   pub_id_parse(name, PUB_ID_SIZE - 1, ret);
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

bool spool_file_load(int dir, const struct pub_id *id, uint32_t *ret_count,
	struct part_map *ret_map, bool *ret_sound, struct err *err)
{
	struct spool_page page;
	char name[SPOOL_NAME_SIZE];
	auto_fd int fd = openat(dir, spool_name(id, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return err_errno(err, "cannot open '%s'", name);
	*ret_sound = pread(fd, &page, sizeof page, 0) == sizeof page &&
				 memcmp(page.magic, spool_magic, sizeof page.magic) == 0 && page.count >= 1 &&
				 page.count <= LIMIT_PARTS;
	if (*ret_sound) {
		*ret_count = page.count;
		*ret_map = page.map;
	}
	return true;
}

bool spool_file_write(int dir, const struct pub_id *id, uint32_t count, struct part_map *map,
	uint32_t index, const uint8_t *bytes, struct err *err)
{
	struct spool_page page = {.count = count, .map = *map};
	char name[SPOOL_NAME_SIZE];
	auto_fd int fd =
		openat(dir, spool_name(id, name), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return write_refused(err, name);
	memcpy(page.magic, spool_magic, sizeof page.magic);
	part_map_set(&page.map, index, bytes != NULL);
	if ((bytes && !pwrite_all(fd, bytes, PART_BYTES, part_offset(index))) ||
		!pwrite_all(fd, &page, sizeof page, 0))
		return write_refused(err, name);
	*map = page.map;
	return true;
}

bool spool_file_read(int dir, const struct pub_id *id, uint32_t index,
	uint8_t part[static PART_BYTES], struct err *err)
{
	char name[SPOOL_NAME_SIZE];
	auto_fd int fd = openat(dir, spool_name(id, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 || pread(fd, part, PART_BYTES, part_offset(index)) != PART_BYTES)
		return err_code(err, REFUSAL_PART_SEALED, "part %u cannot be read back", index);
	return true;
}

bool spool_file_remove(int dir, const struct pub_id *id, struct err *err)
{
	char name[SPOOL_NAME_SIZE];

	return file_remove_tree_at(dir, spool_name(id, name), err);
}
