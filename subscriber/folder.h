/*
 * A document's folder in the inbox, judged from itself and the pinned root alone: with no network, no
 * state, and after years.
 *
 *	<file>...			the files of the manifest, and nothing else
 *	.certwire/manifest.json		the manifest, byte for byte
 *	.certwire/entry.jws		the entry it came under
 *	.certwire/keysets.jws		the keysets that vouch for its signers, one a line
 */
#ifndef CERTWIRE_SUBSCRIBER_FOLDER_H
#define CERTWIRE_SUBSCRIBER_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/entry.h"
#include "common/err.h"
#include "common/fingerprint.h"
#include "common/keyring.h"
#include "common/macros.h"
#include "common/manifest.h"

#define FOLDER_PROOF ".certwire"
#define FOLDER_MANIFEST "manifest.json"
#define FOLDER_ENTRY "entry.jws"
#define FOLDER_KEYSETS "keysets.jws"

enum { FOLDER_SIGNERS_SIZE = 1200 };

struct folder {
	struct keyring ring;
	struct entry entry;
	struct buf manifest_bytes;
	struct manifest manifest;
	char signers[FOLDER_SIGNERS_SIZE]; /* names of the editors who signed, with commas */
};

void folder_release(struct folder *folder) NONNULL;

#define auto_folder CLEANUP(folder_release)

/* Told of each thing that was checked, in order; `detail` says what was seen or what is wrong. */
typedef void folder_line(void *context, bool good, const char *what, const char *detail);

/*
 * Checks everything in the open folder `dir`, and tells `line`. True when all is good; what was read
 * is in `*ret` then (new). False: something is wrong, and err says what was the first.
 */
bool folder_verify(int dir, const struct fingerprint *root, folder_line *line, void *context,
	struct folder *ret, struct err *err) MUST_USE;

/* The same without telling anybody. */
bool folder_load(
	int dir, const struct fingerprint *root, struct folder *ret, struct err *err) MUST_USE NONNULL;

#endif
