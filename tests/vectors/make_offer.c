/* Vectors of what an entry comes with: parts, offers, grants. */
#include "tests/vectors/make.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

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
	struct vector_shape shape = {201, false, VECTOR_NO_NULLS};
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
