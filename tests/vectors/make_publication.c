/* Vectors of what is published: manifests, approvals, parts, entries, offers, whole deliveries. */
#include "tests/vectors/make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/approval.h"
#include "common/b64.h"
#include "common/file.h"
#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

#define NO_NULLS ((const char *const[]){NULL})

static void keyset_text(struct buf *out)
{
	auto_keyset struct keyset *keyset = fixture_keyset();

	fixture_keyset_jws(keyset, "root", out);
}

static void set_keyset(struct vector_file *file)
{
	auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS);

	keyset_text(&text);
	(void)json_object_set_new(file->context, "keyset", vector_text(&text));
}

/* A list of `count` copies of an item, as text the caller frees. */
static char *list_of(const char *item, size_t count)
{
	auto_buf struct buf text = BUF_INIT(1024 * 1024);

	FIXTURE_MUST(buf_append_str(&text, "[", &err));
	for (size_t i = 0; i < count; i++)
		FIXTURE_MUST(
			buf_append_str(&text, i ? "," : "", &err) && buf_append_str(&text, item, &err));
	FIXTURE_MUST(buf_append_str(&text, "]", &err));
	return buf_steal_str(&text);
}

static const struct vector_edit manifest_edits[] = {
	{"an unknown kind", "kind", "\"correct\"", 310},
	{"kind 'void'", "kind", "\"void\"", 310},
	{"a recall without files", "kind", "\"recall\"", 0},
	{"an id in upper case", "id", "\"ABCDEF0123456789ABCDEF0123456789\"", 305},
	{"a salt of 31 bytes", "salt", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 305},
	{"a channel in upper case", "channel", "\"Weekly\"", 305},
	{"a number that ends in a dot", "number", "\"2026.\"", 305},
	{"a number with a slash", "number", "\"2026/47\"", 305},
	{"a number of one character", "number", "\"7\"", 0},
	{"a number of 33 characters", "number", "\"123456789012345678901234567890123\"", 305},
	{"no title", "title", "\"\"", 305},
	{"a title of two lines", "title", "\"a\\nb\"", 305},
	{"a title with U+2028", "title", "\"a\\u2028b\"", 305},
	{"a title with an override", "title", "\"a\\u202eb\"", 305},
	{"a title that is not NFC", "title", "\"e\\u0301\"", 305},
	{"a title in NFC", "title", "\"\\u00e9\"", 0},
	{"a language of one letter", "language", "\"z\"", 305},
	{"a language with a low line", "language", "\"zh_CN\"", 305},
	{"a longer language", "language", "\"zh-Hans-CN-x-private\"", 0},
	{"a subtag of nine letters", "language", "\"zh-abcdefghi\"", 305},
	{"a time as a string", "created_at", "\"1795305600\"", 305},
	{"a field that is a number", "fields/n", "1", 305},
	{"a field of no name", "fields/", "\"a\"", 305},
	{"an empty field", "fields/e", "\"\"", 0},
	{"an unknown relation", "references/0/relation", "\"replaces\"", 305},
	{"a reference without publication", "references/0/publication", NULL, 305},
	{"a reference with an unknown field", "references/0/extra", "1", 305},
	{"no files", "files", "[]", 305},
	{"a file's name of 201 bytes", "files/0/name",
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaa"
		"aaaaaaaaaaaaa\"",
		305},
	{"a type without a slash", "files/0/type", "\"pdf\"", 305},
	{"a type with parameters", "files/0/type", "\"text/plain; charset=utf-8\"", 305},
	{"a type with a point first", "files/0/type", "\"text/.a\"", 305},
	{"a size below 0", "files/0/size", "-1", 305},
	{"a size too large", "files/0/size", "67108865", 310},
	{"sizes too large together", "files/0/size", "67108864", 310},
	{"the largest sizes", "files/0/size", "67108861", 0},
	{"a digest in upper case", "files/0/digest",
		"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 305},
	{"a file with an unknown field", "files/0/extra", "1", 305},
	{"a name with a path", "files/0/name", "\"../a.pdf\"", 308},
	{"a name that differs in case alone", "files/0/name", "\"\\u9644\\u4ef6.CSV\"", 308},
	{"a name with U+200B", "files/0/name", "\"a\\u200b.pdf\"", 308},
	{"a name with a line end", "files/0/name", "\"a\\n.pdf\"", 308},
};

void make_manifest(const char *folder)
{
	static const char *const nullable[] = {"not_before", "expires_at", NULL};
	struct vector_shape shape = {305, false, nullable};
	struct vector_file file = vector_file("manifest", false);
	struct vector_wrap wrap = {NULL, NULL};
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	auto_free char *references = list_of("{\"relation\":\"recalls\",\"publication\":"
										 "\"00000000000000000000000000000000\"}",
		LIMIT_REFERENCES + 1);
	auto_free char *files = list_of("0", LIMIT_FILES + 1);
	struct vector_edit lists[] = {
		{"17 references", "references", references, 310}, {"65 files", "files", files, 310}};

	FIXTURE_MUST(manifest_format(&manifest, &text, &err));
	vector_add_payload(&file, &wrap, "good", text.data, text.len, 0);
	vector_add_edits(&file, &wrap, &text, manifest_edits, ARRAY_LEN(manifest_edits));
	vector_add_edits(&file, &wrap, &text, lists, ARRAY_LEN(lists));
	vector_add_shapes(&file, &wrap, &text, &shape);
	vector_write(&file, folder);
}

void make_approval(const char *folder)
{
	static const struct {
		const char *signer;
		int code;
	} rows[] = {{"editor 1", 0}, {"editor 2", 0}, {"editor retired", 213},
		{"editor compromised", 213}, {"registrar", 213}, {"dispatcher", 213}, {"stranger", 213}};
	struct vector_file file = vector_file("approval", true);
	struct vector_wrap wrap = {&jws_manifest, "editor 1"};
	static const char manifest[] = "{\"any\":\"bytes\"}";

	set_keyset(&file);
	(void)json_object_update_new(
		file.context, json_pack("{so sI}", "manifest", vector_b64(manifest, strlen(manifest)), "at",
						  (json_int_t)FIXTURE_NOW));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_signing_key struct signing_key key = fixture_key(rows[i].signer);
		auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST_JWS);

		FIXTURE_MUST(approval_sign(&key, manifest, strlen(manifest), &text, &err));
		vector_add(&file, rows[i].signer, text.data, text.len, rows[i].code, NULL);
		if (rows[i].code == 0)
			vector_add(&file, "over other bytes", text.data, text.len, 212,
				json_pack("{so}", "manifest", vector_b64("{}", 2)));
		if (strcmp(rows[i].signer, "editor retired") == 0)
			vector_add(&file, "before retirement", text.data, text.len, 0,
				json_pack("{sI}", "at", (json_int_t)FIXTURE_NOW - 3601));
	}
	vector_add_payload(&file, &wrap, "not detached", manifest, strlen(manifest), 212);
	vector_write(&file, folder);
}

void make_part(const char *folder)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t value;
		int code;
	} rows[] = {{"good", 0, 1, 0}, {"version 0", 0, 0, 301}, {"version 2", 0, 2, 301},
		{"index is count", 20, 3, 301}, {"index is large", 17, 1, 301}, {"count 0", 24, 0, 301},
		{"count 259", 23, 1, 0}, {"count 4099", 23, 16, 301}, {"count is large", 21, 128, 301}};
	struct vector_file file = vector_file("part", false);
	struct part part = {.publication = fixture_pub_id("publication"), .index = 2, .count = 3};
	static uint8_t bytes[PART_BYTES];
	static uint8_t message[PART_MESSAGE_BYTES + 1];

	/* Only the header is written out: 32,768 zero bytes follow it unless `size` says otherwise. */
	part.bytes = bytes;
	part_format(&part, message);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t before = message[rows[i].at];

		message[rows[i].at] = rows[i].value;
		vector_add(&file, rows[i].name, message, PART_MESSAGE_HEADER_BYTES, rows[i].code, NULL);
		message[rows[i].at] = before;
	}
	(void)json_object_set_new(file.context, "size", json_integer(PART_MESSAGE_BYTES));
	vector_add(&file, "a byte short", message, PART_MESSAGE_HEADER_BYTES, 301,
		json_pack("{si}", "size", PART_MESSAGE_BYTES - 1));
	vector_add(&file, "a byte long", message, PART_MESSAGE_HEADER_BYTES, 301,
		json_pack("{si}", "size", PART_MESSAGE_BYTES + 1));
	vector_add(&file, "the header alone", message, PART_MESSAGE_HEADER_BYTES, 301,
		json_pack("{si}", "size", PART_MESSAGE_HEADER_BYTES));
	vector_write(&file, folder);
}

static const struct vector_edit entry_edits[] = {
	{"of another unit", "unit", "\"unit-b\"", 204},
	{"unit 'dispatcher'", "unit", "\"dispatcher\"", 202},
	{"epoch 0", "epoch", "0", 202},
	{"number 0", "number", "0", 202},
	{"a later number with no 'previous'", "number", "2", 202},
	{"number 1 with a 'previous'", "previous",
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 202},
	{"an unknown kind", "kind", "\"correct\"", 202},
	{"a void with a publication", "kind", "\"void\"", 202},
	{"keyset 0", "keyset", "0", 202},
	{"a keyset not held", "keyset", "2", 208},
	{"no parts", "parts", "0", 202},
	{"4097 parts", "parts", "4097", 202},
	{"no signatures", "signatures", "[]", 202},
	{"nine signatures", "signatures", "[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]",
		202},
	{"a signature that is a number", "signatures", "[1]", 202},
	{"an empty signature", "signatures", "[\"\"]", 202},
	{"a target", "target", "1", 202},
	{"from before the dispatcher", "issued_at", "1763769599", 203},
	{"from after the dispatcher", "issued_at", "1826841600", 203},
	{"a stream header of 23 bytes", "stream", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 202},
};

static void add_void(struct vector_file *file, const struct vector_wrap *wrap)
{
	static const char base[] =
		"{\"v\":1,\"unit\":\"unit-a\",\"epoch\":1,\"number\":3,\"kind\":\"void\","
		"\"previous\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaa\",\"keyset\":1,\"issued_at\":1795305600}";
	static const struct vector_edit edits[] = {
		{"void with a target", "target", "2", 0},
		{"void with its own target", "target", "3", 202},
		{"void with target 0", "target", "0", 202},
		{"void with target null", "target", "null", 202},
		{"void with parts", "parts", "1", 202},
	};
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);

	FIXTURE_MUST(buf_append_str(&payload, base, &err));
	vector_add_payload(file, wrap, "void", base, strlen(base), 0);
	vector_add_edits(file, wrap, &payload, edits, ARRAY_LEN(edits));
}

/* Entry 2 after entry 1, with `after` as its predecessor's JWS in the case. */
static void add_chain(struct vector_file *file, const struct entry *first)
{
	static const char format[] =
		"{\"v\":1,\"unit\":\"unit-a\",\"epoch\":%d,\"number\":%d,\"kind\":\"void\","
		"\"previous\":\"%s\",\"keyset\":1,\"issued_at\":1795305600}";
	struct vector_wrap wrap = {&jws_entry, "dispatcher"};
	auto_buf struct buf before = BUF_INIT(LIMIT_ENTRY_JWS);
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);
	char hex[DIGEST_HEX_SIZE];

	fixture_entry_jws(first, "dispatcher", &before);
	FIXTURE_MUST(entry_format(first, &payload, &err));

	struct digest digest = digest_of(payload.data, payload.len);
	struct digest other = digest_of(before.data, before.len);
	const struct {
		const char *name;
		int epoch, number;
		const struct digest *previous;
		int code;
	} rows[] = {{"follows", 1, 2, &digest, 0}, {"follows something else", 1, 2, &other, 206},
		{"skips a number", 1, 3, &digest, 206}, {"of the next epoch", 2, 2, &digest, 206}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[512];
		size_t nth = json_array_size(file->cases);

		(void)snprintf(text, sizeof(text), format, rows[i].epoch, rows[i].number,
			digest_hex(rows[i].previous, hex));
		vector_add_payload(file, &wrap, rows[i].name, text, strlen(text), rows[i].code);
		(void)json_object_set_new(json_array_get(file->cases, nth), "before", vector_text(&before));
	}
}

/* Who retired may have signed before; who was robbed may not, for the thief writes the date. */
static void add_backdated(struct vector_file *file, const struct buf *payload)
{
	static const struct vector_edit retired = {
		"from before the dispatcher retired", "issued_at", "1795298400", 0};
	static const struct vector_edit stolen = {
		"dated before the dispatcher was compromised", "issued_at", "1795298400", 203};
	struct vector_wrap wrap = {&jws_entry, "dispatcher 2"};

	vector_add_edits(file, &wrap, payload, &retired, 1);
	wrap.key = "dispatcher compromised";
	vector_add_edits(file, &wrap, payload, &stolen, 1);
}

void make_entry(const char *folder)
{
	static const struct {
		const char *signer;
		int code;
	} signers[] = {{"dispatcher compromised", 203}, {"dispatcher 2", 203}, {"editor 1", 203},
		{"registrar", 203}, {"root", 203}, {"device", 203}};
	struct vector_shape shape = {202, false, NO_NULLS};
	struct vector_file file = vector_file("entry", true);
	struct vector_wrap wrap = {&jws_entry, "dispatcher"};
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	auto_entry struct entry entry = fixture_entry(&body);
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);

	set_keyset(&file);
	(void)json_object_update_new(
		file.context, json_pack("{ss si sn}", "unit", FIXTURE_UNIT, "epoch", 1, "before"));
	FIXTURE_MUST(entry_format(&entry, &payload, &err));
	vector_add_payload(&file, &wrap, "good", payload.data, payload.len, 0);
	for (size_t i = 0; i < ARRAY_LEN(signers); i++) {
		wrap.key = signers[i].signer;
		vector_add_payload(
			&file, &wrap, signers[i].signer, payload.data, payload.len, signers[i].code);
	}
	add_backdated(&file, &payload);
	wrap.key = "dispatcher";

	auto_buf struct buf text = BUF_INIT(LIMIT_ENTRY_JWS);

	fixture_entry_jws(&entry, "dispatcher", &text);
	vector_add(&file, "of an older epoch", text.data, text.len, 205, json_pack("{si}", "epoch", 2));
	add_void(&file, &wrap);
	add_chain(&file, &entry);
	/* Without the long signatures, so that the file stays small. */
	free(entry.signatures[1]);
	entry.signature_count = 1;
	memcpy(entry.signatures[0], "e30..e30", sizeof("e30..e30"));
	buf_clear(&payload);
	FIXTURE_MUST(entry_format(&entry, &payload, &err));
	vector_add_edits(&file, &wrap, &payload, entry_edits, ARRAY_LEN(entry_edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
	fixture_body_release(&body);
}

static void seal(const char *device, struct grant *grant)
{
	auto_signing_key struct signing_key key = fixture_key(device);
	auto_secret struct secret *content_key = fixture_content_key();
	struct pub_id id = fixture_pub_id("publication");

	memcpy(grant->kid, key.kid, KID_SIZE);
	FIXTURE_MUST(grant_seal(&id, content_key, &key.public, grant->sealed, &err));
}

void make_offer(const char *folder)
{
	static const struct vector_edit edits[] = {
		{"no grants", "grants", "[]", 0},
		{"no entry", "entry", "\"\"", 201},
		{"a grant without kid", "grants/0/kid", NULL, 201},
		{"a grant for no device", "grants/0/device", "\"\"", 201},
		{"a grant with an unknown field", "grants/0/extra", "1", 201},
		{"a grant too short", "grants/0/sealed", "\"AAAA\"", 201},
		{"a grant that is a string", "grants", "[\"a\"]", 201},
		{"the kid in upper case", "grants/0/kid", "\"ABCDEF0123456789ABCDEF0123456789\"", 201},
	};
	struct vector_shape shape = {201, false, NO_NULLS};
	struct vector_file file = vector_file("offer", false);
	struct vector_wrap wrap = {NULL, NULL};
	struct offer offer = {.entry = (char[]){"e30.e30.e30"},
		.grants = {{.device = "d1"}, {.device = "d2"}},
		.grant_count = 2};
	auto_buf struct buf text = BUF_INIT(LIMIT_OFFER);

	seal("device", &offer.grants[0]);
	seal("device 2", &offer.grants[1]);
	FIXTURE_MUST(offer_format(&offer, &text, &err));
	vector_add_payload(&file, &wrap, "good", text.data, text.len, 0);

	json_t *json = json_loadb((const char *)text.data, text.len, 0, NULL);
	json_t *grants = json_object_get(json, "grants");

	(void)json_array_append(grants, json_array_get(grants, 0));

	char *twice = json_dumps(json, JSON_COMPACT);

	vector_add_payload(&file, &wrap, "a grant twice", twice, strlen(twice), 201);
	free(twice);
	json_decref(json);
	vector_add_edits(&file, &wrap, &text, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &text, &shape);
	vector_write(&file, folder);
}

void make_grant(const char *folder)
{
	struct vector_file file = vector_file("grant", false);
	auto_secret struct secret *content_key = fixture_content_key();
	struct pub_id id = fixture_pub_id("publication");
	struct grant grant = {.device = "d1"};
	char hex[PUB_ID_SIZE];
	struct digest seed = digest_of("certwire test vector device", 27);
	struct digest other = digest_of("certwire test vector device 2", 29);

	seal("device", &grant);
	(void)json_object_update_new(
		file.context, json_pack("{ss so so}", "publication", pub_id_format(&id, hex), "seed",
						  vector_b64(seed.bytes, sizeof(seed.bytes)), "content_key",
						  vector_b64(content_key->bytes, content_key->len)));
	vector_add(&file, "good", grant.sealed, GRANT_BYTES, 0, NULL);
	vector_add(&file, "for another device", grant.sealed, GRANT_BYTES, 210,
		json_pack("{so}", "seed", vector_b64(other.bytes, sizeof(other.bytes))));
	vector_add(&file, "for another publication", grant.sealed, GRANT_BYTES, 210,
		json_pack("{ss}", "publication", "00000000000000000000000000000000"));
	grant.sealed[70] ^= 1;
	vector_add(&file, "a bit changed", grant.sealed, GRANT_BYTES, 210, NULL);
	vector_write(&file, folder);
}

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

	set_keyset(&file);
	(void)json_object_update_new(file.context,
		json_pack("{so sI}", "content_key", vector_b64(content_key->bytes, content_key->len), "now",
			(json_int_t)FIXTURE_NOW));
	add_small(&delivery);
	add_whole(&delivery);
	vector_write(&file, folder);
}
