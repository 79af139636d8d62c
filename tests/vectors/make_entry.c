/* Vectors of the entries of a mailbox. */
#include "tests/vectors/make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

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
	{"signed by a dispatcher that came later", "issued_at", "1763769599", 0},
	{"from after the dispatcher", "issued_at", "1826841600", 203},
	{"entered later", "entered_at", "1795305601", 0},
	{"entered in the second of its issue", "entered_at", "1795305600", 202},
	{"entered before its issue", "entered_at", "1795305599", 202},
	{"entered after the dispatcher", "entered_at", "1826841600", 203},
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
		{"void entered later", "entered_at", "1795305601", 202},
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

/* Issued when this dispatcher was not valid yet; it counts who entered it. */
static void add_entered(
	struct vector_file *file, const struct vector_wrap *wrap, struct entry *entry)
{
	static const struct vector_edit edits[] = {
		{"issued before the dispatcher, entered by it", "entered_at", "1795305600", 0},
		{"entered before the dispatcher, signed again by it", "entered_at", "1763769599", 0},
	};
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);

	entry->issued_at = 1763769598;
	FIXTURE_MUST(entry_format(entry, &payload, &err));
	vector_add_edits(file, wrap, &payload, edits, ARRAY_LEN(edits));
}

void make_entry(const char *folder)
{
	static const struct {
		const char *signer;
		int code;
	} signers[] = {{"dispatcher compromised", 203}, {"dispatcher 2", 203}, {"editor 1", 203},
		{"registrar", 203}, {"root", 203}, {"device", 203}};
	struct vector_shape shape = {202, false, VECTOR_NO_NULLS};
	struct vector_file file = vector_file("entry", true);
	struct vector_wrap wrap = {&jws_entry, "dispatcher"};
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	auto_entry struct entry entry = fixture_entry(&body);
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);

	vector_set_keyset(&file);
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
	add_entered(&file, &wrap, &entry);
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
	fixture_body_release(&body);
}
