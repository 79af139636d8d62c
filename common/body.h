/*
 * The body of a publication (docs/protocol.md section 6): manifest and files, padded and sealed as
 * one secretstream of parts.
 */
#ifndef CERTWIRE_COMMON_BODY_H
#define CERTWIRE_COMMON_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "common/buf.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "common/part.h"
#include "common/secret.h"

enum { BODY_STREAM_BYTES = crypto_secretstream_xchacha20poly1305_HEADERBYTES };

/* What an entry says of a body. */
struct body {
	uint8_t stream[BODY_STREAM_BYTES]; /* the stream's header */
	uint32_t parts; /* 1 to LIMIT_PARTS */
	struct digest digest; /* of stream header and parts */
};

/* Padmé: how many parts `count` parts (1 or more) are padded to. */
uint64_t body_padded_count(uint64_t count) MUST_USE;

/* Parts of a body of that manifest and those files, padded; 310 when more than LIMIT_PARTS. */
bool body_count_parts(
	size_t manifest_len, int64_t files_bytes, uint32_t *ret, struct err *err) MUST_USE NONNULL;

/* Takes part `index`; called in order from 0. */
typedef bool body_part_sink(
	void *context, uint32_t index, const uint8_t part[static PART_BYTES], struct err *err);

struct body_writer;

/*
 * Seals a body. The manifest's bytes go first; then the caller pushes the files' bytes in the
 * manifest's order, `files_bytes` of them altogether; finish pads. Parts leave through `sink` as
 * they fill. `*ret` is new; `content_key`, `sink` and `context` are borrowed until it is freed.
 */
bool body_writer_new(const struct secret *content_key, const void *manifest, size_t manifest_len,
	int64_t files_bytes, body_part_sink *sink, void *context, struct body_writer **ret,
	struct err *err) MUST_USE;
/* ERR_DATA when it is more than was announced: a file changed while it was read. */
bool body_writer_push(
	struct body_writer *writer, const void *data, size_t len, struct err *err) MUST_USE;
/* ERR_DATA when it was less than announced. */
bool body_writer_finish(
	struct body_writer *writer, struct body *ret, struct err *err) MUST_USE NONNULL;
void body_writer_free(struct body_writer *writer);

static inline void cleanup_body_writer(struct body_writer **writer)
{
	body_writer_free(*writer);
}

#define auto_body_writer CLEANUP(cleanup_body_writer)

/*
 * Opens a body part by part, in order. A part that does not open (302) leaves the opener as it was:
 * fetch that part anew and push it again. Any other failure is final.
 */
struct body_opener;

/* Plaintext as it comes: manifest length, manifest, files, padding. Nothing is proven until finish. */
typedef bool body_plain_sink(void *context, const uint8_t *data, size_t len, struct err *err);

bool body_opener_new(const struct body *body, const struct secret *content_key,
	body_plain_sink *sink, void *context, struct body_opener **ret, struct err *err) MUST_USE;
/* 302 does not open; 304 a FINAL that is not the last part, or none there. */
bool body_opener_push(struct body_opener *opener, const uint8_t part[static PART_BYTES],
	struct err *err) MUST_USE NONNULL;
/* For who has checked the body's digest before: finish does not check it again. Before the first push. */
void body_opener_trust_digest(struct body_opener *opener) NONNULL;
/* Index of the part to push next; body->parts when all were. */
uint32_t body_opener_next(const struct body_opener *opener) MUST_USE NONNULL;
/* After all parts: 303 unless stream header and parts have the body's digest. */
bool body_opener_finish(struct body_opener *opener, struct err *err) MUST_USE NONNULL;
void body_opener_free(struct body_opener *opener);

static inline void cleanup_body_opener(struct body_opener **opener)
{
	body_opener_free(*opener);
}

#define auto_body_opener CLEANUP(cleanup_body_opener)

/* Where parts lie: fills in part `index`. Called in order from 0, in each pass again. */
typedef bool body_part_source(
	void *context, uint32_t index, uint8_t part[static PART_BYTES], struct err *err);

/*
 * First pass: opens all parts (302, 304), checks the digest (303), and appends the manifest's bytes
 * to `manifest` (305 when its length is impossible). On 302 `*ret_bad_part` says which part to fetch
 * anew; `ret_bad_part` may be NULL.
 */
bool body_read_manifest(const struct body *body, const struct secret *content_key,
	body_part_source *source, void *context, struct buf *manifest, uint32_t *ret_bad_part,
	struct err *err) MUST_USE;

/*
 * First pass, for who opens the parts in the second: hashes all parts, checks the digest (303), and
 * opens no more of them than hold the manifest, which it appends. When it fails, what is wrong first
 * is for body_read_manifest to say.
 */
bool body_peek_manifest(const struct body *body, const struct secret *content_key,
	body_part_source *source, void *context, struct buf *manifest,
	struct err *err) MUST_USE NONNULL;

/*
 * The same of a body of one part, all of which is then open: appends its plaintext to `plain` as well, for
 * body_files_of_plain in the second pass. What is in it is the caller's to wipe.
 */
bool body_peek_whole(const struct body *body, const struct secret *content_key,
	body_part_source *source, void *context, struct buf *manifest, struct buf *plain,
	struct err *err) MUST_USE NONNULL;

/* Where files go. `open` before and `close` after each file's bytes, in the manifest's order. */
struct body_file_sink {
	bool (*open)(void *context, size_t file, struct err *err);
	bool (*write)(void *context, const void *data, size_t len, struct err *err);
	bool (*close)(void *context, size_t file, struct err *err);
	void *context;
};

/*
 * Second pass, once the manifest is judged and the body's digest checked: opens all parts (302, 304) and
 * gives out the files, checking sizes and digests (309; `close` is called only for a file that is right)
 * and the padding (312). What went out of a body that fails here is to be thrown away. `manifest_len` is
 * the length of the manifest.
 */
bool body_read_files(const struct body *body, const struct secret *content_key,
	body_part_source *source, void *source_context, size_t manifest_len,
	const struct manifest *manifest, const struct body_file_sink *sink,
	struct err *err) MUST_USE NONNULL;

/* Second pass over what body_peek_whole gave: the same, but that nothing is opened any more. */
bool body_files_of_plain(const struct buf *plain, size_t manifest_len,
	const struct manifest *manifest, const struct body_file_sink *sink,
	struct err *err) MUST_USE NONNULL;

#endif
