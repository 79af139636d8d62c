/*
 * The one judgement of a publication, from what is held of it alone: entry, grant, parts. It reads
 * through the source it is given and touches nothing else, so that tests and fuzzers feed it.
 */
#ifndef CERTWIRE_SUBSCRIBER_VERDICT_H
#define CERTWIRE_SUBSCRIBER_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/body.h"
#include "common/buf.h"
#include "common/entry.h"
#include "common/err.h"
#include "common/key.h"
#include "common/keyring.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "common/secret.h"

struct verdict_input {
	const struct entry *entry; /* accepted, not void */
	const uint8_t *sealed; /* GRANT_BYTES */
	const struct signing_key *device;
	struct secret
		*content_key; /* of GRANT_PLAIN_BYTES: for verdict_judge to fill, the caller to wipe */
	body_part_source *source; /* gives out each part of the body, in several passes */
	void *source_context;
	const struct keyring *ring;
	int64_t now;
	int64_t max_bytes; /* of all files together */
};

/* What came out of it: everything proven, ready to be written. */
struct opened {
	struct buf manifest_bytes;
	struct manifest manifest;
	struct buf plain; /* the whole body, where it is a single part; else empty */
};

/* clang-format off */
#define OPENED_INIT {.manifest = MANIFEST_INIT}
/* clang-format on */

#define auto_opened CLEANUP(opened_release)

void opened_release(struct opened *opened) NONNULL;

/* Wipes what is there for verdict_files alone. */
void opened_forget_plain(struct opened *opened) NONNULL;

#define VERDICT_NO_PART UINT32_MAX

/*
 * Judges all but the files, in the order of docs/protocol.md section 8; the first thing wrong is the
 * refusal, its code in err: 208, 210 to 213, 302 to 311. On 302 `*ret_bad_part` is the part to drop and
 * ask for again, else VERDICT_NO_PART. Code 0 is a failure of this machine, not of the publication.
 * `*ret` is new.
 */
bool verdict_judge(const struct verdict_input *input, struct opened *ret, uint32_t *ret_bad_part,
	struct err *err) MUST_USE NONNULL;

/*
 * The last step: opens all parts and gives out the files of what was judged, checking them (309, 312;
 * 302 and 304 as above). What went out is to be thrown away when it fails.
 */
bool verdict_files(const struct verdict_input *input, const struct opened *opened,
	const struct body_file_sink *sink, uint32_t *ret_bad_part, struct err *err) MUST_USE NONNULL;

#endif
