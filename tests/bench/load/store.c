#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/body.h"
#include "common/part.h"
#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

/*
 * The least that anybody has to do who receives a document: open its parts, hash them and what is in them, write it, and
 * have it on the disk under its name. By libsodium and the kernel alone, signatures and all else left out.
 * What is written stays: a file system may search longer for a place where many files were removed just now.
 */
struct sealed {
	uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
	uint8_t header[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
	size_t parts;
	uint8_t *bytes; /* parts of PART_BYTES */
	size_t size; /* of the document */
	uint8_t *plain;
};

static double process_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void seal(struct sealed *sealed)
{
	crypto_secretstream_xchacha20poly1305_state state;

	sealed->parts = (size_t)body_padded_count(sealed->size / PART_PLAIN_BYTES + 1);
	sealed->bytes = calloc(sealed->parts, PART_BYTES);
	sealed->plain = calloc(sealed->parts, PART_PLAIN_BYTES);
	if (!sealed->bytes || !sealed->plain)
		give_up("no memory for %zu parts", sealed->parts);
	crypto_secretstream_xchacha20poly1305_keygen(sealed->key);
	crypto_secretstream_xchacha20poly1305_init_push(&state, sealed->header, sealed->key);
	for (size_t i = 0; i < sealed->parts; i++)
		crypto_secretstream_xchacha20poly1305_push(&state, sealed->bytes + i * PART_BYTES, NULL,
			sealed->plain + i * PART_PLAIN_BYTES, PART_PLAIN_BYTES, NULL, 0,
			crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
}

static void open_and_hash(const struct sealed *sealed)
{
	crypto_secretstream_xchacha20poly1305_state state;
	crypto_generichash_state hash;
	uint8_t digest[32], tag;

	crypto_generichash_init(&hash, NULL, 0, sizeof(digest));
	crypto_secretstream_xchacha20poly1305_init_pull(&state, sealed->header, sealed->key);
	for (size_t i = 0; i < sealed->parts; i++) {
		const uint8_t *part = sealed->bytes + i * PART_BYTES;

		crypto_generichash_update(&hash, part, PART_BYTES);
		if (crypto_secretstream_xchacha20poly1305_pull(&state, sealed->plain + i * PART_PLAIN_BYTES,
				NULL, &tag, part, PART_BYTES, NULL, 0) != 0)
			give_up("a part does not open");
	}
	crypto_generichash_final(&hash, digest, sizeof(digest));
	crypto_generichash(digest, sizeof(digest), sealed->plain, sealed->size, NULL, 0);
}

/* Aside, synced, renamed, and the folder synced. */
static void put_down(const struct sealed *sealed, int folder, const char *name)
{
	int file = openat(folder, "new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (file < 0 || write(file, sealed->plain, sealed->size) != (ssize_t)sealed->size ||
		fsync(file) != 0 || close(file) != 0 || renameat(folder, "new", folder, name) != 0 ||
		fsync(folder) != 0)
		give_up("%s: %s", name, strerror(errno));
}

bool load_store(const struct cli_call *call, struct err *err)
{
	struct sealed sealed = {.size = 0};
	json_t *figures = json_object();
	const char *path;
	int64_t count, size;
	double began;
	int folder;

	if (!cli_need(call, "folder", &path, err) ||
		!cli_int(call, "count", 1, 1000000, 1000, &count, err) ||
		!cli_int(call, "size", 1, 67108864, 100, &size, err))
		return false;
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return err_errno(err, "cannot open '%s'", path);
	sealed.size = (size_t)size;
	seal(&sealed);
	began = process_s();
	for (int64_t i = 0; i < count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "document-%lld", (long long)i);
		open_and_hash(&sealed);
		put_down(&sealed, folder, name);
	}
	json_object_set_new(figures, "store_s", json_real((process_s() - began) / (double)count));
	close(folder);
	free(sealed.bytes);
	free(sealed.plain);
	return load_print(figures, err);
}
