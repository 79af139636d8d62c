/* Vectors of whole deliveries: an entry, its parts, and what opening them must find. */
#include "tests/vectors/make.h"

#include <stdio.h>

#include "common/file.h"
#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

struct delivery {
	struct vector_file *file;
	const char *folder;
	size_t count; /* of files of parts written */
	struct digest written; /* of the last one's content */
	char base[32]; /* and its name */
};

/* The parts in a file of their own, unless the last one written is the same. */
static void write_parts(struct delivery *delivery, const struct buf *parts)
{
	struct digest digest = digest_of(parts->data, parts->len);
	char path[512];

	if (delivery->count > 0 && digest_equal(&digest, &delivery->written))
		return;
	(void)snprintf(
		delivery->base, sizeof(delivery->base), "publication-%zu.bin", ++delivery->count);
	(void)snprintf(path, sizeof(path), "%s/%s", delivery->folder, delivery->base);
	FIXTURE_MUST(file_write_atomic(path, parts->data, parts->len, 0644, &err));
	delivery->written = digest;
}

/* One delivery, the entry as the case's data. */
static void add_delivery(struct delivery *delivery, const char *name,
	const struct fixture_body *body, const struct entry *entry, int code)
{
	auto_buf struct buf text = BUF_INIT(LIMIT_ENTRY_JWS);

	write_parts(delivery, &body->parts);
	fixture_entry_jws(entry, "dispatcher", &text);
	vector_add(delivery->file, name, text.data, text.len, code,
		json_pack("{ss}", "parts", delivery->base));
}

/* A publication whose manifest is `text` as it stands, signed by both editors. */
static void add_raw(struct delivery *delivery, const char *name, const struct buf *text,
	const char *files, size_t files_len, uint32_t parts, int code)
{
	auto_buf struct buf plain = BUF_INIT(4 * PART_PLAIN_BYTES);
	uint8_t length[4] = {0, 0, (uint8_t)(text->len >> 8), (uint8_t)text->len};

	FIXTURE_MUST(buf_append(&plain, length, 4, &err) &&
				 buf_append(&plain, text->data, text->len, &err) &&
				 buf_append(&plain, files, files_len, &err));

	struct fixture_body body = fixture_body_of(
		plain.data, plain.len, parts, crypto_secretstream_xchacha20poly1305_TAG_FINAL);

	FIXTURE_MUST(buf_append(&body.manifest, text->data, text->len, &err));

	auto_entry struct entry entry = fixture_entry(&body);

	add_delivery(delivery, name, &body, &entry, code);
	fixture_body_release(&body);
}

/* Small deliveries of one part and one file of three bytes. */
static void add_small(struct delivery *delivery)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	struct digest abc = digest_of("abc", 3);

	manifest.files[0].size_bytes = 0;
	manifest.files[0].digest = digest_of(NULL, 0);
	manifest.files[1].size_bytes = 3;
	manifest.files[1].digest = abc;
	FIXTURE_MUST(manifest_format(&manifest, &text, &err));
	add_raw(delivery, "small", &text, "abc", 3, 1, 0);
	add_raw(delivery, "another byte in a file", &text, "abd", 3, 1, 309);
	add_raw(delivery, "padding that is not zero", &text, "abc\0x", 5, 1, 312);
	add_raw(delivery, "a part too many", &text, "abc", 3, 2, 307);

	auto_buf struct buf broken = BUF_INIT(LIMIT_MANIFEST);

	FIXTURE_MUST(
		buf_append(&broken, text.data, text.len, &err) && buf_append(&broken, "x", 1, &err));
	add_raw(delivery, "a manifest with more after", &broken, "abc", 3, 1, 305);

	struct fixture_body early = fixture_body_of(text.data, text.len, 1, 0);

	FIXTURE_MUST(buf_append(&early.manifest, text.data, text.len, &err));

	auto_entry struct entry entry = fixture_entry(&early);

	add_delivery(delivery, "a stream without an end", &early, &entry, 304);
	fixture_body_release(&early);
}

static void add_whole(struct delivery *delivery)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	auto_entry struct entry entry = fixture_entry(&body);

	add_delivery(delivery, "good", &body, &entry, 0);
	entry.body.digest.bytes[0] ^= 1;
	add_delivery(delivery, "another body's digest", &body, &entry, 303);
	entry.body.digest.bytes[0] ^= 1;
	entry.manifest.bytes[0] ^= 1;
	add_delivery(delivery, "another manifest's digest", &body, &entry, 306);
	entry.manifest.bytes[0] ^= 1;
	entry.kind = KIND_PUBLISH;
	add_delivery(delivery, "another kind", &body, &entry, 307);
	entry.kind = KIND_SUPERSEDE;
	entry.publication.bytes[0] ^= 1;
	add_delivery(delivery, "another publication", &body, &entry, 307);
	entry.publication.bytes[0] ^= 1;
	entry.keyset = 2;
	add_delivery(delivery, "a keyset not held", &body, &entry, 208);
	entry.keyset = 1;
	entry.signature_count = 1;
	add_delivery(delivery, "one editor where two are demanded", &body, &entry, 211);
	entry.signature_count = 2;
	body.parts.data[PART_BYTES + 9] ^= 1;
	add_delivery(delivery, "a part with a bit changed", &body, &entry, 302);
	fixture_body_release(&body);
}

void make_publication(const char *folder)
{
	struct vector_file file = vector_file("publication", true);
	struct delivery delivery = {.file = &file, .folder = folder};
	auto_secret struct secret *content_key = fixture_content_key();

	vector_set_keyset(&file);
	(void)json_object_update_new(file.context,
		json_pack("{so sI}", "content_key", vector_b64(content_key->bytes, content_key->len), "now",
			(json_int_t)FIXTURE_NOW));
	add_small(&delivery);
	add_whole(&delivery);
	vector_write(&file, folder);
}
