/* Sealing a body. */
#include "common/body.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"

struct body_writer {
	crypto_secretstream_xchacha20poly1305_state stream;
	struct digest_state digest;
	struct body body;
	uint32_t next; /* part to be sealed next */
	int64_t awaited; /* bytes of files still to come */
	size_t filled; /* bytes of `plain` in use */
	body_part_sink *sink;
	void *context;
	uint8_t plain[PART_PLAIN_BYTES];
	uint8_t sealed[PART_BYTES];
};

static bool seal_part(struct body_writer *writer, struct err *err)
{
	bool last = writer->next + 1 == writer->body.parts;

	(void)crypto_secretstream_xchacha20poly1305_push(&writer->stream, writer->sealed, NULL,
		writer->plain, sizeof(writer->plain), NULL, 0,
		last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
			 : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
	digest_update(&writer->digest, writer->sealed, sizeof(writer->sealed));
	writer->filled = 0;
	return writer->sink(writer->context, writer->next++, writer->sealed, err);
}

static bool fill(struct body_writer *writer, const uint8_t *data, size_t len, struct err *err)
{
	while (len > 0) {
		size_t room = sizeof(writer->plain) - writer->filled;
		size_t used = len < room ? len : room;

		memcpy(writer->plain + writer->filled, data, used);
		writer->filled += used;
		data += used;
		len -= used;
		if (writer->filled == sizeof(writer->plain) && !seal_part(writer, err))
			return false;
	}
	return true;
}

static bool begin(struct body_writer *writer, const struct secret *content_key,
	const void *manifest, size_t manifest_len, struct err *err)
{
	uint8_t length[4] = {(uint8_t)(manifest_len >> 24), (uint8_t)(manifest_len >> 16),
		(uint8_t)(manifest_len >> 8), (uint8_t)manifest_len};

	(void)crypto_secretstream_xchacha20poly1305_init_push(
		&writer->stream, writer->body.stream, content_key->bytes);
	digest_init(&writer->digest);
	digest_update(&writer->digest, writer->body.stream, sizeof(writer->body.stream));
	return fill(writer, length, sizeof(length), err) && fill(writer, manifest, manifest_len, err);
}

bool body_writer_new(const struct secret *content_key, const void *manifest, size_t manifest_len,
	int64_t files_bytes, body_part_sink *sink, void *context, struct body_writer **ret,
	struct err *err)
{
	uint32_t parts;

	if (manifest_len > LIMIT_MANIFEST)
		return err_set(err, ERR_DATA, "the manifest has more than %d bytes", LIMIT_MANIFEST);
	if (!body_count_parts(manifest_len, files_bytes, &parts, err))
		return false;

	auto_body_writer struct body_writer *writer = calloc(1, sizeof(*writer));

	if (!writer)
		return err_set(err, ERR_SYSTEM, "out of memory for a body");
	writer->body.parts = parts;
	writer->awaited = files_bytes;
	writer->sink = sink;
	writer->context = context;
	if (!begin(writer, content_key, manifest, manifest_len, err))
		return false;
	*ret = TAKE(writer);
	return true;
}

bool body_writer_push(struct body_writer *writer, const void *data, size_t len, struct err *err)
{
	if ((uint64_t)writer->awaited < len)
		return err_set(err, ERR_DATA, "the files have more bytes than were announced");
	writer->awaited -= (int64_t)len;
	return fill(writer, data, len, err);
}

bool body_writer_finish(struct body_writer *writer, struct body *ret, struct err *err)
{
	if (writer->awaited != 0)
		return err_set(err, ERR_DATA, "the files have %" PRId64 " bytes fewer than were announced",
			writer->awaited);
	while (writer->next < writer->body.parts) {
		memset(writer->plain + writer->filled, 0, sizeof(writer->plain) - writer->filled);
		if (!seal_part(writer, err))
			return false;
	}
	writer->body.digest = digest_final(&writer->digest);
	*ret = writer->body;
	return true;
}

void body_writer_free(struct body_writer *writer)
{
	if (!writer)
		return;
	sodium_memzero(writer, sizeof(*writer));
	free(writer);
}
