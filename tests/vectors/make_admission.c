/* Vectors of how a device is let in: its request, its certificate, its tokens. */
#include "tests/vectors/make.h"

#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

/* What both a request and a certificate are wrong with. */
#define DEVICE_EDITS \
	{"unit in upper case", "unit", "\"Unit-a\"", 521}, \
		{"unit of one letter", "unit", "\"a\"", 521}, \
		{"unit of 32 letters", "unit", "\"abcdefghijklmnopqrstuvwxyzabcdef\"", 0}, \
		{"unit of 33 letters", "unit", "\"abcdefghijklmnopqrstuvwxyzabcdefg\"", 521}, \
		{"unit with two hyphens", "unit", "\"unit--a\"", 521}, \
		{"unit that ends in a hyphen", "unit", "\"unit-\"", 521}, \
		{"unit that begins with a digit", "unit", "\"1unit\"", 521}, \
		{"unit 'dispatcher'", "unit", "\"dispatcher\"", 521}, \
		{"unit with a slash", "unit", "\"a/b\"", 521}, \
		{"unit with a plus", "unit", "\"a+\"", 521}, \
		{"device of one letter", "device", "\"d\"", 0}, {"no device", "device", "\"\"", 521}, \
		{"device of 17 letters", "device", "\"abcdefghijklmnopq\"", 521}, \
		{"device with a dot", "device", "\"d.1\"", 521}, \
	{ \
		"a key of small order", "public", "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 521 \
	}

void make_request(const char *folder)
{
	static const struct vector_edit edits[] = {
		DEVICE_EDITS,
		{"v 2", "v", "2", 521},
	};
	struct vector_shape shape = {521, false, VECTOR_NO_NULLS};
	struct vector_file file = vector_file("request", true);
	struct vector_wrap wrap = {&jws_request, "device"};
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_buf struct buf text = BUF_INIT(LIMIT_REQUEST_JWS);
	auto_buf struct buf payload = BUF_INIT(LIMIT_REQUEST_JWS);
	struct device_request request = fixture_request();

	FIXTURE_MUST(device_request_sign(&request, &key, &text, &err));
	vector_payload_of(&jws_request, &text, &payload);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	vector_add_edits(&file, &wrap, &payload, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
}

void make_certificate(const char *folder)
{
	static const struct vector_edit edits[] = {
		{"unit 'dispatcher'", "unit", "\"dispatcher\"", 521},
		{"of another unit", "unit", "\"unit-b\"", 523},
		{"of another device", "device", "\"d2\"", 523},
		{"not yet valid", "not_before", "1795305601", 523},
		{"valid no more", "not_after", "1795305600", 523},
		{"valid one second more", "not_after", "1795305601", 0},
		{"a short serial", "serial", "\"ab\"", 521},
		{"a serial in upper case", "serial", "\"AB02030405060708090A0B0C0D0E0F10\"", 521},
		{"from before the registrar", "not_before", "1763769599", 522},
		{"a key of small order", "public", "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 521},
	};
	struct vector_shape shape = {521, false, VECTOR_NO_NULLS};
	struct vector_file file = vector_file("certificate", true);
	struct vector_wrap wrap = {&jws_device, "registrar"};
	auto_signing_key struct signing_key key = fixture_key("registrar");
	auto_buf struct buf text = BUF_INIT(LIMIT_DEVICE_JWS);
	auto_buf struct buf payload = BUF_INIT(LIMIT_DEVICE_JWS);
	struct device_certificate certificate = fixture_certificate();

	vector_set_keyset(&file);
	(void)json_object_update_new(
		file.context, json_pack("{ss ss sI}", "unit", FIXTURE_UNIT, "device", FIXTURE_DEVICE, "at",
						  (json_int_t)FIXTURE_NOW));
	FIXTURE_MUST(device_certificate_sign(&certificate, &key, &text, &err));
	vector_payload_of(&jws_device, &text, &payload);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	wrap.key = "editor 1";
	vector_add_payload(&file, &wrap, "signed by an editor", payload.data, payload.len, 522);
	wrap.key = "device";
	vector_add_payload(&file, &wrap, "signed by the device", payload.data, payload.len, 522);
	wrap.key = "registrar";
	vector_add_edits(&file, &wrap, &payload, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
}

static void add_token_judgements(struct vector_file *file, const struct buf *good)
{
	const struct {
		const char *name;
		json_t *overrides;
		int code;
	} rows[] = {
		{"for another broker", json_pack("{ss}", "audience", "other.example:8883"), 104},
		{"another client id", json_pack("{ss}", "client_id", "unit-a.d2"), 107},
		{"another user name", json_pack("{ss}", "user_name", "unit-b"), 107},
		{"300 s early", json_pack("{sI}", "now", (json_int_t)FIXTURE_NOW - 300), 0},
		{"301 s early", json_pack("{sI}", "now", (json_int_t)FIXTURE_NOW - 301), 106},
		{"300 s late", json_pack("{sI}", "now", (json_int_t)FIXTURE_NOW + 600), 0},
		{"301 s late", json_pack("{sI}", "now", (json_int_t)FIXTURE_NOW + 601), 106},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		vector_add(file, rows[i].name, good->data, good->len, rows[i].code, rows[i].overrides);
}

void make_token(const char *folder)
{
	static const struct vector_edit edits[] = {
		{"sub without a device", "sub", "\"unit-a\"", 101},
		{"sub with two dots", "sub", "\"unit-a.d1.x\"", 101},
		{"sub of a bad unit", "sub", "\"Unit.d1\"", 101},
		{"sub of a dispatcher", "sub", "\"dispatcher.d1\"", 107},
		{"no audience", "aud", "\"\"", 101},
		{"a list of audiences", "aud", "[\"broker.example:8883\"]", 101},
		{"longer than 300 s", "exp", "1795305901", 101},
		{"no time at all", "exp", "1795305600", 0},
		{"ends before it begins", "exp", "1795305599", 101},
		{"a jti of 15 bytes", "jti", "\"EA8ODQwLCgkIBwYFBAMC\"", 101},
		{"a jti of 17 bytes", "jti", "\"EA8ODQwLCgkIBwYFBAMCAQE\"", 101},
		{"nbf", "nbf", "1795305600", 101},
		{"iss", "iss", "\"unit-a\"", 101},
	};
	struct vector_shape shape = {101, true, VECTOR_NO_NULLS};
	struct vector_file file = vector_file("token", true);
	struct vector_wrap wrap = {&jws_connect, "device"};
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_buf struct buf text = BUF_INIT(LIMIT_CONNECT_JWT);
	auto_buf struct buf payload = BUF_INIT(LIMIT_CONNECT_JWT);
	struct token token = fixture_token();

	(void)json_object_update_new(file.context,
		json_pack("{so ss ss ss sI}", "public", vector_b64(key.public.bytes, PUBLIC_KEY_BYTES),
			"client_id", FIXTURE_UNIT "." FIXTURE_DEVICE, "user_name", FIXTURE_UNIT, "audience",
			FIXTURE_BROKER, "now", (json_int_t)FIXTURE_NOW));
	FIXTURE_MUST(token_sign(&token, &key, &text, &err));
	vector_payload_of(&jws_connect, &text, &payload);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	add_token_judgements(&file, &text);
	vector_add_edits(&file, &wrap, &payload, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
}
