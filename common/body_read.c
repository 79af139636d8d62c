/* Reading a body whose parts lie somewhere: the manifest in one pass, the files in another. */
#include "common/body.h"

#include <inttypes.h>
#include <string.h>

#include "common/limits.h"
#include "common/refusal.h"

enum { LENGTH_BYTES = 4 };

/* All parts through an opener, which the caller owns. */
static bool read_all(const struct body *body, struct body_opener *opener, body_part_source *source,
	void *source_context, uint32_t *ret_bad_part, struct err *err)
{
	uint8_t part[PART_BYTES];

	for (uint32_t index = 0; index < body->parts; index++) {
		if (!source(source_context, index, part, err))
			return false;
		if (!body_opener_push(opener, part, err)) {
			if (ret_bad_part)
				*ret_bad_part = index;
			return false;
		}
	}
	return body_opener_finish(opener, err);
}

/* Collects the manifest; never fails but for memory, so that the digest is judged first. */
struct manifest_reader {
	uint8_t length[LENGTH_BYTES];
	size_t seen; /* bytes of plaintext */
	size_t manifest_len; /* once LENGTH_BYTES were seen */
	struct buf *manifest;
	struct buf *plain; /* all that comes; or NULL */
};

static bool manifest_sink(void *context, const uint8_t *data, size_t len, struct err *err)
{
	struct manifest_reader *reader = context;

	if (reader->plain && !buf_append(reader->plain, data, len, err))
		return false;
	if (reader->seen == 0) {
		reader->manifest_len =
			(size_t)data[0] << 24 | (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
		data += LENGTH_BYTES;
		len -= LENGTH_BYTES;
		reader->seen = LENGTH_BYTES;
	}

	size_t got = reader->seen - LENGTH_BYTES;

	reader->seen += len;
	if (reader->manifest_len > LIMIT_MANIFEST || got >= reader->manifest_len)
		return true;

	size_t wanted = reader->manifest_len - got;

	return buf_append(reader->manifest, data, len < wanted ? len : wanted, err);
}

static bool manifest_take(const struct manifest_reader *reader, struct buf *out, struct err *err)
{
	const struct buf *text = reader->manifest;

	if (reader->manifest_len < 1 || reader->manifest_len > LIMIT_MANIFEST ||
		text->len != reader->manifest_len)
		return err_code(err, REFUSAL_MANIFEST_MALFORMED,
			"the body cannot hold a manifest of %zu bytes", reader->manifest_len);
	return buf_append(out, text->data, text->len, err);
}

bool body_read_manifest(const struct body *body, const struct secret *content_key,
	body_part_source *source, void *context, struct buf *manifest, uint32_t *ret_bad_part,
	struct err *err)
{
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	auto_body_opener struct body_opener *opener = NULL;
	struct manifest_reader reader = {.manifest = &text};

	return body_opener_new(body, content_key, manifest_sink, &reader, &opener, err) &&
		   read_all(body, opener, source, context, ret_bad_part, err) &&
		   manifest_take(&reader, manifest, err);
}

/* Whether no more of the body is needed to know the manifest, or that there can be none. */
static bool manifest_is_seen(const struct manifest_reader *reader)
{
	return reader->seen > 0 && (reader->manifest_len > LIMIT_MANIFEST ||
								   reader->seen - LENGTH_BYTES >= reader->manifest_len);
}

/* `plain`, or NULL, is for all that was opened. */
static bool peek(const struct body *body, const struct secret *content_key,
	body_part_source *source, void *context, struct buf *manifest, struct buf *plain,
	struct err *err)
{
	auto_body_opener struct body_opener *opener = NULL;
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	struct manifest_reader reader = {.manifest = &text, .plain = plain};
	struct digest_state state;
	struct digest digest;
	uint8_t part[PART_BYTES];

	if (!body_opener_new(body, content_key, manifest_sink, &reader, &opener, err))
		return false;
	body_opener_trust_digest(opener);
	digest_init(&state);
	digest_update(&state, body->stream, sizeof body->stream);
	for (uint32_t index = 0; index < body->parts; index++) {
		if (!source(context, index, part, err))
			return false;
		digest_update(&state, part, sizeof part);
		if (!manifest_is_seen(&reader) && !body_opener_push(opener, part, err))
			return false;
	}
	digest = digest_final(&state);
	if (!digest_equal(&digest, &body->digest))
		return err_code(
			err, REFUSAL_BODY_DIGEST, "the parts have not the digest of the entry's body");
	return manifest_take(&reader, manifest, err);
}

bool body_peek_manifest(const struct body *body, const struct secret *content_key,
	body_part_source *source, void *context, struct buf *manifest, struct err *err)
{
	return peek(body, content_key, source, context, manifest, NULL, err);
}

bool body_peek_whole(const struct body *body, const struct secret *content_key,
	body_part_source *source, void *context, struct buf *manifest, struct buf *plain,
	struct err *err)
{
	return peek(body, content_key, source, context, manifest, plain, err);
}

struct file_reader {
	const struct manifest *manifest;
	const struct body_file_sink *sink;
	size_t skip; /* bytes before the first file */
	size_t file; /* being read; file_count when all are done */
	bool is_open;
	int64_t left; /* of that file */
	struct digest_state digest;
};

static bool finish_file(struct file_reader *reader, struct err *err)
{
	const struct manifest_file *file = &reader->manifest->files[reader->file];
	struct digest digest = digest_final(&reader->digest);

	if (!digest_equal(&digest, &file->digest))
		return err_code(err, REFUSAL_FILE_CONTENT, "file %zu of the publication has another digest",
			reader->file + 1);
	if (!reader->sink->close(reader->sink->context, reader->file, err))
		return false;
	reader->file++;
	reader->is_open = false;
	return true;
}

/* Opens the next file if none is open, and passes through files of no bytes. */
static bool advance(struct file_reader *reader, struct err *err)
{
	while (reader->file < reader->manifest->file_count) {
		if (!reader->is_open) {
			if (!reader->sink->open(reader->sink->context, reader->file, err))
				return false;
			reader->is_open = true;
			reader->left = reader->manifest->files[reader->file].size_bytes;
			digest_init(&reader->digest);
		}
		if (reader->left > 0)
			return true;
		if (!finish_file(reader, err))
			return false;
	}
	return true;
}

/* Padding is no secret, and there may be much of it. */
static bool is_zero(const uint8_t *data, size_t len)
{
	return len == 0 || (data[0] == 0 && memcmp(data, data + 1, len - 1) == 0);
}

static bool file_sink(void *context, const uint8_t *data, size_t len, struct err *err)
{
	struct file_reader *reader = context;
	size_t skipped = len < reader->skip ? len : reader->skip;

	reader->skip -= skipped;
	data += skipped;
	len -= skipped;
	while (len > 0 && reader->file < reader->manifest->file_count) {
		size_t used = (int64_t)len < reader->left ? len : (size_t)reader->left;

		digest_update(&reader->digest, data, used);
		if (!reader->sink->write(reader->sink->context, data, used, err))
			return false;
		reader->left -= (int64_t)used;
		data += used;
		len -= used;
		if (!advance(reader, err))
			return false;
	}
	return is_zero(data, len) ||
		   err_code(err, REFUSAL_PADDING, "the padding of the body is not zero");
}

static bool all_given(const struct file_reader *reader, struct err *err)
{
	return reader->file == reader->manifest->file_count ||
		   err_code(err, REFUSAL_FILE_CONTENT,
			   "the body ends before file %zu of the publication does", reader->file + 1);
}

bool body_read_files(const struct body *body, const struct secret *content_key,
	body_part_source *source, void *source_context, size_t manifest_len,
	const struct manifest *manifest, const struct body_file_sink *sink, struct err *err)
{
	auto_body_opener struct body_opener *opener = NULL;
	struct file_reader reader = {
		.manifest = manifest, .sink = sink, .skip = LENGTH_BYTES + manifest_len};

	if (!body_opener_new(body, content_key, file_sink, &reader, &opener, err))
		return false;
	body_opener_trust_digest(opener);
	return advance(&reader, err) && read_all(body, opener, source, source_context, NULL, err) &&
		   all_given(&reader, err);
}

bool body_files_of_plain(const struct buf *plain, size_t manifest_len,
	const struct manifest *manifest, const struct body_file_sink *sink, struct err *err)
{
	struct file_reader reader = {
		.manifest = manifest, .sink = sink, .skip = LENGTH_BYTES + manifest_len};

	return advance(&reader, err) && file_sink(&reader, plain->data, plain->len, err) &&
		   all_given(&reader, err);
}
