/*
 * Any plaintext at all, sealed, entered and signed by everybody as it should be: a traitor among the
 * editors. The verdict is a refusal with a code of docs/protocol.md, or good; and what is good once
 * is good again.
 */
#include "common/approval.h"
#include "common/refusal.h"
#include "subscriber/verdict.h"
#include "tests/fixture/fixture.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS_MOST = 3, TAG_FINAL = crypto_secretstream_xchacha20poly1305_TAG_FINAL };

static void demand(bool condition)
{
	if (!condition)
		abort();
}

/* The manifest that the plaintext says it has, as far as it is there. */
static void announced(const uint8_t *data, size_t size, const uint8_t **ret, size_t *ret_len)
{
	size_t len = 0;

	for (size_t i = 0; i < 4 && i < size; i++)
		len = len << 8 | data[i];
	*ret = size > 4 ? data + 4 : data;
	*ret_len = size <= 4 ? 0 : len < size - 4 ? len : size - 4;
}

/* What every run needs and none changes. */
struct world {
	struct keyring ring;
	struct signing_key device;
	struct signing_key editor;
	struct secret *content_key;
	struct secret *place;
	uint8_t sealed[GRANT_BYTES];
};

static const struct world *world_make(void)
{
	static struct world world;
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf jws = BUF_INIT(LIMIT_KEYSET_JWS);
	struct fingerprint pinned = fingerprint_of(&keyset->root);
	struct pub_id id = fixture_pub_id("publication");

	FIXTURE_MUST(keyset_set_approvals(keyset, "weekly", 1, &err));
	fixture_keyset_jws(keyset, "root", &jws);
	keyring_init(&world.ring, &pinned);
	FIXTURE_MUST(keyring_add(&world.ring, jws.data, jws.len, &err));
	world.device = fixture_key("device");
	world.editor = fixture_key("editor 1");
	world.content_key = fixture_content_key();
	FIXTURE_MUST((world.place = secret_new(GRANT_PLAIN_BYTES, &err)) != NULL);
	FIXTURE_MUST(grant_seal(&id, world.content_key, &world.device.public, world.sealed, &err));
	return &world;
}

static bool nowhere_file(void *context, size_t file, struct err *err)
{
	(void)context;
	(void)file;
	(void)err;
	return true;
}

static bool nowhere_write(void *context, const void *data, size_t len, struct err *err)
{
	(void)context;
	(void)data;
	(void)len;
	(void)err;
	return true;
}

static const struct body_file_sink nowhere = {nowhere_file, nowhere_write, nowhere_file, NULL};

static void check(const struct verdict_input *input)
{
	auto_opened struct opened opened = OPENED_INIT;
	auto_opened struct opened again = OPENED_INIT;
	struct err err = {.code = 0};
	uint32_t bad_part;

	if (!verdict_judge(input, &opened, &bad_part, &err)) {
		demand(err.kind == ERR_DATA && refusal_text(err.code) && err.code >= 200 && err.code < 400);
		demand(bad_part == VERDICT_NO_PART);
		return;
	}
	demand(pub_id_equal(&opened.manifest.id, &input->entry->publication));
	demand(manifest_total_bytes(&opened.manifest) <= PARTS_MOST * PART_PLAIN_BYTES);
	demand(verdict_judge(input, &again, &bad_part, &err));
	if (!verdict_files(input, &opened, &nowhere, &bad_part, &err))
		demand(err.kind == ERR_DATA && refusal_text(err.code) && err.code >= 300 && err.code < 400);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct world *world;
	auto_buf struct buf signature = BUF_INIT(LIMIT_MANIFEST_JWS);
	uint32_t parts = (uint32_t)(size / PART_PLAIN_BYTES % PARTS_MOST + 1);
	struct fixture_body body = fixture_body_of(data, size, parts, TAG_FINAL);
	const uint8_t *manifest;
	struct entry entry;
	size_t len;

	if (!world)
		world = world_make();
	announced(data, size, &manifest, &len);
	FIXTURE_MUST(approval_sign(&world->editor, manifest, len, &signature, &err));
	entry = (struct entry){.unit = FIXTURE_UNIT,
		.epoch = 1,
		.number = 1,
		.kind = KIND_PUBLISH,
		.keyset = 1,
		.issued_at = FIXTURE_NOW,
		.publication = fixture_pub_id("publication"),
		.manifest = digest_of(manifest, len),
		.body = body.body,
		.signatures = {buf_steal_str(&signature)},
		.signature_count = 1};
	check(&(struct verdict_input){.entry = &entry,
		.sealed = world->sealed,
		.device = &world->device,
		.content_key = world->place,
		.source = fixture_part,
		.source_context = &body,
		.ring = &world->ring,
		.now = FIXTURE_NOW,
		.max_bytes = LIMIT_PUBLICATION_BYTES});
	entry_release(&entry);
	fixture_body_release(&body);
	return 0;
}
