/*
 * The manifest of a publication (docs/protocol.md section 6). Its bytes are fixed when it is
 * formatted: their digest names them, editors sign them, nobody serializes them again.
 */
#ifndef CERTWIRE_COMMON_MANIFEST_H
#define CERTWIRE_COMMON_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/ident.h"
#include "common/kind.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/pub_id.h"

enum { MANIFEST_SALT_BYTES = 32 };

struct manifest_field {
	char *name; /* owned */
	char *value; /* owned */
};

struct manifest_reference {
	bool recalls; /* else it supersedes */
	struct pub_id publication;
};

struct manifest_file {
	char *name; /* owned */
	char *type; /* owned */
	int64_t size_bytes;
	struct digest digest;
};

struct manifest {
	struct pub_id id;
	uint8_t salt[MANIFEST_SALT_BYTES];
	enum kind kind; /* never KIND_VOID */
	char channel[CHANNEL_SIZE];
	char number[NUMBER_SIZE];
	char *title; /* owned */
	char language[LANGUAGE_SIZE];
	int64_t created_at;
	int64_t not_before; /* or TIME_NONE */
	int64_t expires_at; /* or TIME_NONE */
	struct digest audience;
	struct manifest_field fields[LIMIT_FIELDS];
	size_t field_count;
	struct manifest_reference references[LIMIT_REFERENCES];
	size_t reference_count;
	struct manifest_file files[LIMIT_FILES];
	size_t file_count;
};

/* clang-format off */
#define MANIFEST_INIT {.title = NULL}
/* clang-format on */

#define auto_manifest CLEANUP(manifest_release)

/* Frees what it owns and zeroes it. */
void manifest_release(struct manifest *manifest) NONNULL;

/* These copy. They refuse what is one too many (code 310); the rest is checked by formatting. */
bool manifest_set_title(
	struct manifest *manifest, const char *title, struct err *err) MUST_USE NONNULL;
bool manifest_add_field(struct manifest *manifest, const char *name, const char *value,
	struct err *err) MUST_USE NONNULL;
bool manifest_add_file(struct manifest *manifest, const char *name, const char *type,
	int64_t size_bytes, const struct digest *digest, struct err *err) MUST_USE NONNULL;

/* Forgets its files. */
void manifest_clear_files(struct manifest *manifest) NONNULL;

/*
 * Appends the bytes. Whatever manifest_parse and manifest_check_names would refuse is refused here,
 * so that an editor learns of it and not the units.
 */
bool manifest_format(
	const struct manifest *manifest, struct buf *out, struct err *err) MUST_USE NONNULL;

/* Well-formed (305) and within limits (310). Names of files are not judged. `*ret` is new. */
bool manifest_parse(
	const void *data, size_t len, struct manifest *ret, struct err *err) MUST_USE NONNULL;

/* 308: each file's name by common/filename.h, and no two the same but for case. */
bool manifest_check_names(const struct manifest *manifest, struct err *err) MUST_USE NONNULL;

/* Bytes of all files. */
int64_t manifest_total_bytes(const struct manifest *manifest) MUST_USE NONNULL;

/* 310 when all files together are more than `max_bytes` (LIMIT_PUBLICATION_BYTES by default). */
bool manifest_check_total(
	const struct manifest *manifest, int64_t max_bytes, struct err *err) MUST_USE NONNULL;

#endif
