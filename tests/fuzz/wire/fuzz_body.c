/* A body whose plaintext is the input: what is in it is judged, its files are counted. */
#include "common/body.h"

#include <string.h>

#include "tests/fuzz/wire/wire.h"

/* Bytes given out for files; never more than the body holds. */
struct count {
	size_t bytes;
	size_t files;
};

static bool begin_file(void *context, size_t file, struct err *err)
{
	(void)context;
	(void)file;
	(void)err;
	return true;
}

static bool take(void *context, const void *data, size_t len, struct err *err)
{
	struct count *count = context;

	(void)data;
	(void)err;
	count->bytes += len;
	return true;
}

static bool end_file(void *context, size_t file, struct err *err)
{
	struct count *count = context;

	(void)err;
	fuzz_must(file == count->files++);
	return true;
}

static void read_files(struct fixture_body *body, const struct secret *key, const struct buf *text)
{
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	struct count count = {0};
	struct body_file_sink sink = {begin_file, take, end_file, &count};
	struct err err;

	if (!manifest_parse(text->data, text->len, &manifest, &err))
		return;
	fuzz_either(
		body_read_files(&body->body, key, fixture_part, body, text->len, &manifest, &sink, &err));
	fuzz_must(count.bytes <= body->parts.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t parts = (uint32_t)(size / PART_PLAIN_BYTES) + 1;
	auto_secret struct secret *key = fixture_content_key();
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	struct err err;

	if (parts > 4)
		return 0;

	struct fixture_body body =
		fixture_body_of(data, size, parts, crypto_secretstream_xchacha20poly1305_TAG_FINAL);

	if (body_read_manifest(&body.body, key, fixture_part, &body, &text, NULL, &err))
		read_files(&body, key, &text);
	fixture_body_release(&body);
	return 0;
}
