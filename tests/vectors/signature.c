/* What any JWS can be wrong with. */
#include "tests/vectors/vector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/b64.h"
#include "tests/fixture/fixture.h"

enum { DATA_MAX = 1024 * 1024, HEADER_MAX = 512 };

static void add_header(struct vector_file *file, const struct vector_wrap *wrap,
	const struct buf *payload, const char *name, const char *header, int code)
{
	auto_buf struct buf text = BUF_INIT(DATA_MAX);

	vector_jws(header, payload->data, payload->len, wrap->key, &text);
	vector_add(file, name, text.data, text.len, code, NULL);
}

/* Copies `form` with <typ> and <kid> filled in. */
static void fill_in(const char *form, const char *typ, const char *kid, char out[static HEADER_MAX])
{
	size_t len = 0;

	while (*form) {
		bool is_typ = strncmp(form, "<typ>", 5) == 0;
		const char *word = is_typ ? typ : kid;

		if (!is_typ && strncmp(form, "<kid>", 5) != 0) {
			out[len++] = *form++;
			continue;
		}
		memcpy(out + len, word, strlen(word));
		len += strlen(word);
		form += 5;
	}
	out[len] = '\0';
}

/* Each header of a table, signed rightly. */
static void add_headers(
	struct vector_file *file, const struct vector_wrap *wrap, const struct buf *payload)
{
	static const struct {
		const char *name;
		const char *form;
		bool good;
	} rows[] = {
		{"header in another order", "{\"kid\":\"<kid>\",\"typ\":\"<typ>\",\"alg\":\"EdDSA\"}",
			true},
		{"header with white space", " { \"alg\":\"EdDSA\", \"typ\":\"<typ>\",\n\"kid\":\"<kid>\" }",
			true},
		{"alg none", "{\"alg\":\"none\",\"typ\":\"<typ>\",\"kid\":\"<kid>\"}", false},
		{"alg HS256", "{\"alg\":\"HS256\",\"typ\":\"<typ>\",\"kid\":\"<kid>\"}", false},
		{"alg in lower case", "{\"alg\":\"eddsa\",\"typ\":\"<typ>\",\"kid\":\"<kid>\"}", false},
		{"typ of another object",
			"{\"alg\":\"EdDSA\",\"typ\":\"certwire-reply+jws\",\"kid\":\"<kid>\"}", false},
		{"typ with application/",
			"{\"alg\":\"EdDSA\",\"typ\":\"application/<typ>\",\"kid\":\"<kid>\"}", false},
		{"typ missing", "{\"alg\":\"EdDSA\",\"kid\":\"<kid>\"}", false},
		{"kid missing", "{\"alg\":\"EdDSA\",\"typ\":\"<typ>\"}", false},
		{"kid too long", "{\"alg\":\"EdDSA\",\"typ\":\"<typ>\",\"kid\":\"<kid>00\"}", false},
		{"kid not hex",
			"{\"alg\":\"EdDSA\",\"typ\":\"<typ>\",\"kid\":\"zz000000000000000000000000000000\"}",
			false},
		{"header with crit",
			"{\"alg\":\"EdDSA\",\"typ\":\"<typ>\",\"kid\":\"<kid>\",\"crit\":[\"exp\"]}", false},
		{"header with x-", "{\"alg\":\"EdDSA\",\"typ\":\"<typ>\",\"kid\":\"<kid>\",\"x-a\":1}",
			false},
		{"header with alg twice",
			"{\"alg\":\"none\",\"alg\":\"EdDSA\",\"typ\":\"<typ>\",\"kid\":\"<kid>\"}", false},
		{"header is a list", "[\"<typ>\",\"<kid>\"]", false},
		{"header with more after", "{\"alg\":\"EdDSA\",\"typ\":\"<typ>\",\"kid\":\"<kid>\"}x",
			false},
	};
	auto_signing_key struct signing_key key = fixture_key(wrap->key);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char header[HEADER_MAX];
		const char *form = rows[i].form;

		/* A reply is no other object to itself. */
		if (wrap->type == &jws_reply && strstr(form, jws_reply.typ))
			form = "{\"alg\":\"EdDSA\",\"typ\":\"certwire-receipt+jws\",\"kid\":\"<kid>\"}";
		fill_in(form, wrap->type->typ, key.kid, header);
		add_header(file, wrap, payload, rows[i].name, header,
			rows[i].good ? 0 : (int)wrap->type->malformed);
	}
}

static void header_of(const struct jws_type *type, const char *kid, char out[static HEADER_MAX])
{
	(void)snprintf(
		out, HEADER_MAX, "{\"alg\":\"EdDSA\",\"typ\":\"%s\",\"kid\":\"%s\"}", type->typ, kid);
}

/* Signed by somebody else: who says so, and who does not. */
static void add_signers(
	struct vector_file *file, const struct vector_wrap *wrap, const struct buf *payload)
{
	auto_signing_key struct signing_key right = fixture_key(wrap->key);
	auto_signing_key struct signing_key other = fixture_key("stranger");
	struct vector_wrap stranger = {wrap->type, "stranger"};
	char header[HEADER_MAX];

	header_of(wrap->type, right.kid, header);
	add_header(file, &stranger, payload, "signed by a stranger", header, (int)wrap->type->forged);
	header_of(wrap->type, other.kid, header);
	add_header(file, &stranger, payload, "signed by a stranger who says so", header,
		(int)wrap->type->forged);
	add_header(file, wrap, payload, "kid of a stranger", header, (int)wrap->type->forged);
}

/* S + L: the same point equation, another spelling (RFC 8032 section 5.1.7 forbids it). */
static void add_group_order(uint8_t scalar[static 32])
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c,
		0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	unsigned carry = 0;

	for (size_t i = 0; i < sizeof(order); i++) {
		carry += (unsigned)scalar[i] + order[i];
		scalar[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

/* `input` '.' signature. */
static void add_signed(struct vector_file *file, const char *name, const struct buf *input,
	const char *signature, int code)
{
	auto_buf struct buf text = BUF_INIT(DATA_MAX);

	FIXTURE_MUST(buf_append(&text, input->data, input->len, &err) &&
				 buf_append(&text, ".", 1, &err) && buf_append_str(&text, signature, &err));
	vector_add(file, name, text.data, text.len, code, NULL);
}

static void add_bytes(
	struct vector_file *file, const struct vector_wrap *wrap, const struct buf *payload)
{
	auto_signing_key struct signing_key key = fixture_key(wrap->key);
	auto_buf struct buf input = BUF_INIT(DATA_MAX);
	auto_buf struct buf changed = BUF_INIT(DATA_MAX);
	int forged = (int)wrap->type->forged;
	int malformed = (int)wrap->type->malformed;
	char header[HEADER_MAX];
	uint8_t signature[SIGNATURE_BYTES];
	char text[B64_SIZE(SIGNATURE_BYTES) + 8];

	header_of(wrap->type, key.kid, header);
	FIXTURE_MUST(
		b64_append(&input, header, strlen(header), &err) && buf_append(&input, ".", 1, &err));
	FIXTURE_MUST(buf_append(&changed, input.data, input.len, &err));
	FIXTURE_MUST(b64_append(&input, payload->data, payload->len, &err));
	signing_key_sign(&key, input.data, input.len, signature);

	signature[3] ^= 4;
	add_signed(file, "a bit of R changed", &input, b64_encode(text, signature, 64), forged);
	signature[3] ^= 4;
	signature[40] ^= 4;
	add_signed(file, "a bit of S changed", &input, b64_encode(text, signature, 64), forged);
	signature[40] ^= 4;

	uint8_t spelt[SIGNATURE_BYTES];

	memcpy(spelt, signature, sizeof(spelt));
	add_group_order(spelt + 32);
	add_signed(file, "S above the group's order", &input, b64_encode(text, spelt, 64), forged);
	memset(spelt, 0, sizeof(spelt));
	add_signed(file, "a signature of zeros", &input, b64_encode(text, spelt, 64), forged);
	add_signed(file, "a short signature", &input, b64_encode(text, signature, 63), malformed);
	add_signed(file, "no signature", &input, "", malformed);
	(void)b64_encode(text, signature, 64);
	strcat(text, "==");
	add_signed(file, "a padded signature", &input, text, malformed);
	text[B64_SIZE(SIGNATURE_BYTES) - 1] = '\0';
	text[B64_SIZE(SIGNATURE_BYTES) - 2]++;
	add_signed(file, "bits left over in the signature", &input, text, malformed);
	(void)b64_encode(text, signature, 64);
	strcat(text, "\n");
	add_signed(file, "a line end after", &input, text, malformed);
	(void)b64_encode(text, signature, 64);
	strcat(text, ".");
	add_signed(file, "four parts", &input, text, malformed);
	(void)b64_encode(text, signature, 64);

	/* The same signature over other bytes that mean the same. */
	auto_buf struct buf spaced = BUF_INIT(DATA_MAX);

	FIXTURE_MUST(buf_append(&spaced, payload->data, payload->len, &err) &&
				 buf_append(&spaced, " ", 1, &err) &&
				 b64_append(&changed, spaced.data, spaced.len, &err));
	add_signed(file, "a payload changed after signing", &changed, text, forged);

	auto_buf struct buf detached = BUF_INIT(DATA_MAX);

	FIXTURE_MUST(
		b64_append(&detached, header, strlen(header), &err) && buf_append(&detached, ".", 1, &err));
	add_signed(file, "a payload left out", &detached, text, malformed);
	vector_add(file, "two parts", input.data, input.len, malformed, NULL);
	vector_add(file, "one part", "abc", 3, malformed, NULL);
	vector_add(file, "an empty JWS", "", 0, malformed, NULL);
	vector_add(file, "two dots", "..", 2, malformed, NULL);
}

/* At most 8 KB, so that the files of vectors stay small. */
static void add_large(
	struct vector_file *file, const struct vector_wrap *wrap, const struct buf *payload)
{
	auto_buf struct buf padded = BUF_INIT(DATA_MAX);

	if (wrap->type->max > 8192)
		return;
	FIXTURE_MUST(buf_append(&padded, payload->data, payload->len, &err));
	while (padded.len < wrap->type->max)
		FIXTURE_MUST(buf_append(&padded, "          ", 10, &err));
	vector_add_payload(file, wrap, "larger than its type may be", padded.data, padded.len,
		(int)wrap->type->malformed);
}

void vector_add_signatures(
	struct vector_file *file, const struct vector_wrap *wrap, const struct buf *payload)
{
	add_headers(file, wrap, payload);
	add_signers(file, wrap, payload);
	add_bytes(file, wrap, payload);
	add_large(file, wrap, payload);
}
