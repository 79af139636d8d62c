/* Vectors of what devices and the dispatcher tell each other: receipts, syncs, heads; and values. */
#include "tests/vectors/make.h"

#include <string.h>

#include "common/fingerprint.h"
#include "tests/fixture/fixture.h"
#include "tests/vectors/vector.h"

static void set_public(struct vector_file *file)
{
	auto_signing_key struct signing_key key = fixture_key("device");

	(void)json_object_set_new(
		file->context, "public", vector_b64(key.public.bytes, PUBLIC_KEY_BYTES));
}

void make_receipt(const char *folder)
{
	static const struct vector_edit edits[] = {
		{"number 0", "number", "0", 601},
		{"the largest number", "number", "9007199254740991", 0},
		{"no items", "items", "[]", 601},
		{"an item that is a number", "items", "[1]", 601},
		{"an unknown state", "items/0/state", "\"read\"", 601},
		{"stored with a code", "items/0/code", "303", 601},
		{"refused without a code", "items/1/code", NULL, 601},
		{"a code below 200", "items/1/code", "199", 601},
		{"the smallest code", "items/1/code", "200", 0},
		{"a code above 499", "items/1/code", "500", 601},
		{"a code null", "items/1/code", "null", 601},
		{"entry 0", "items/0/entry", "0", 601},
		{"epoch 0", "items/0/epoch", "0", 601},
		{"an item without manifest", "items/0/manifest", NULL, 601},
		{"an item with an unknown field", "items/0/extra", "1", 601},
		{"an item with a field x-", "items/0/x-a", "1", 0},
		{"unit 'dispatcher'", "unit", "\"dispatcher\"", 601},
	};
	struct vector_shape shape = {601, false, VECTOR_NO_NULLS};
	struct vector_file file = vector_file("receipt", true);
	struct vector_wrap wrap = {&jws_receipt, "device"};
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_buf struct buf text = BUF_INIT(LIMIT_RECEIPT_JWS);
	auto_buf struct buf payload = BUF_INIT(LIMIT_RECEIPT_JWS);
	auto_receipt struct receipt receipt = fixture_receipt();

	set_public(&file);
	FIXTURE_MUST(receipt_sign(&receipt, &key, &text, &err));
	vector_payload_of(&jws_receipt, &text, &payload);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	vector_add_edits(&file, &wrap, &payload, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
}

void make_sync(const char *folder)
{
	static const struct vector_edit edits[] = {
		{"epoch 0", "epoch", "0", 0},
		{"last below 0", "last", "-1", 611},
		{"a nonce of 15 bytes", "nonce", "\"EA8ODQwLCgkIBwYFBAMC\"", 611},
		{"nothing ahead", "have", "[]", 0},
		{"a range of one number", "have", "[[4]]", 611},
		{"a range of three numbers", "have", "[[4,5,6]]", 611},
		{"a range backwards", "have", "[[5,4]]", 611},
		{"ranges that touch", "have", "[[4,5],[6,7]]", 611},
		{"ranges that overlap", "have", "[[4,6],[6,7]]", 611},
		{"ranges that descend", "have", "[[7,8],[4,5]]", 611},
		{"a range from 'last'", "have", "[[2,5]]", 611},
		{"a range right above 'last'", "have", "[[3,5]]", 0},
		{"a range of strings", "have", "[[\"4\",\"5\"]]", 611},
		{"a range past 2^31-1", "have", "[[4,2147483648]]", 611},
		{"the largest range", "have", "[[4,2147483647]]", 0},
		{"a range of number 0", "have", "[[0,1]]", 611},
		{"no grants lacking", "grants", "[]", 0},
		{"grant 0", "grants", "[0]", 611},
		{"a grant as a string", "grants", "[\"1\"]", 611},
		{"part 4096", "missing/0/parts", "[[0,4096]]", 611},
		{"part 4095", "missing/0/parts", "[[4095,4095]]", 0},
		{"missing with an unknown field", "missing/0/extra", "1", 611},
		{"receipts below 0", "receipts", "-1", 611},
		{"an incident without count", "incidents/0/count", NULL, 611},
		{"an incident of count 0", "incidents/0/count", "0", 611},
		{"an incident of code 99", "incidents/0/code", "99", 611},
		{"an incident of code 1000", "incidents/0/code", "1000", 611},
		{"unit 'dispatcher'", "unit", "\"dispatcher\"", 611},
	};
	struct vector_shape shape = {611, false, VECTOR_NO_NULLS};
	struct vector_file file = vector_file("sync", true);
	struct vector_wrap wrap = {&jws_sync, "device"};
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_buf struct buf text = BUF_INIT(LIMIT_SYNC_JWS);
	auto_buf struct buf payload = BUF_INIT(LIMIT_SYNC_JWS);
	auto_sync struct sync sync = fixture_sync();

	set_public(&file);
	FIXTURE_MUST(sync_sign(&sync, &key, &text, &err));
	vector_payload_of(&jws_sync, &text, &payload);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	vector_add_edits(&file, &wrap, &payload, edits, ARRAY_LEN(edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	vector_write(&file, folder);
}

static const struct vector_edit head_edits[] = {
	{"of another unit", "unit", "\"unit-b\"", 503},
	{"epoch 0", "epoch", "0", 501},
	{"an end of zeros", "digest",
		"\"0000000000000000000000000000000000000000000000000000000000000000\"", 501},
	{"an empty mailbox with a digest", "last", "0", 501},
	{"an unknown standing", "standing", "\"bad\"", 501},
	{"standing good", "standing", "\"good\"", 0},
	{"no reason", "reason", "\"\"", 0},
	{"no channels", "channels", "{}", 0},
	{"another channel", "channels/a-new-one", "null", 0},
	{"a channel in upper case", "channels/Weekly", "null", 501},
	{"a channel as a truth value", "channels/weekly", "true", 501},
	{"a channel without reason", "channels/monthly/reason", NULL, 501},
	{"an empty reason of a channel", "channels/monthly/reason", "\"\"", 501},
	{"a channel without 'since'", "channels/monthly/since", NULL, 501},
	{"a channel with an unknown field", "channels/monthly/until", "1", 501},
	{"a checkpoint without digest", "checkpoint/digest", NULL, 501},
	{"a checkpoint with an unknown field", "checkpoint/extra", "1", 501},
	{"no devices", "devices", "{}", 0},
	{"a device in upper case", "devices/D3", "{\"settled\":1}", 501},
	{"a device without 'settled'", "devices/d1", "{}", 501},
	{"settled below 0", "devices/d1/settled", "-1", 501},
	{"nothing refused", "refused", "[]", 0},
	{"refused number 0", "refused/0/number", "0", 501},
	{"refused without code", "refused/0/code", NULL, 501},
	{"a time before the dispatcher", "time", "1763769599", 502},
	{"keyset 0", "keyset", "0", 0},
};

void make_head(const char *folder)
{
	static const char *const nullable[] = {"checkpoint", NULL};
	static const char *const signers[] = {
		"dispatcher 2", "dispatcher compromised", "editor 1", "device", "root"};
	struct vector_shape shape = {501, false, nullable};
	struct vector_file file = vector_file("head", true);
	struct vector_wrap wrap = {&jws_head, "dispatcher"};
	auto_signing_key struct signing_key key = fixture_key("dispatcher");
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf keyset_text = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_buf struct buf text = BUF_INIT(LIMIT_HEAD_JWS);
	auto_buf struct buf payload = BUF_INIT(LIMIT_HEAD_JWS);
	auto_head struct head head = fixture_head();

	fixture_keyset_jws(keyset, "root", &keyset_text);
	(void)json_object_update_new(
		file.context, json_pack("{so ss si}", "keyset", vector_text(&keyset_text), "unit",
						  FIXTURE_UNIT, "epoch", 1));
	FIXTURE_MUST(head_sign(&head, &key, &text, &err));
	vector_payload_of(&jws_head, &text, &payload);
	vector_add(&file, "good", text.data, text.len, 0, NULL);
	vector_add(&file, "of an older epoch", text.data, text.len, 503, json_pack("{si}", "epoch", 2));
	for (size_t i = 0; i < ARRAY_LEN(signers); i++) {
		wrap.key = signers[i];
		vector_add_payload(&file, &wrap, signers[i], payload.data, payload.len, 502);
	}
	wrap.key = "dispatcher";
	vector_add_edits(&file, &wrap, &payload, head_edits, ARRAY_LEN(head_edits));
	vector_add_shapes(&file, &wrap, &payload, &shape);
	vector_add_signatures(&file, &wrap, &payload);
	buf_clear(&payload);
	buf_clear(&text);
	head.device[0] = '\0';
	FIXTURE_MUST(head_sign(&head, &key, &text, &err));
	vector_add(&file, "an answer to nothing", text.data, text.len, 0, NULL);
	vector_write(&file, folder);
}

static void add_fingerprints(struct vector_file *file)
{
	static const char *const names[] = {"root", "editor 1", "editor 2", "device"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		auto_signing_key struct signing_key key = fixture_key(names[i]);
		struct fingerprint fingerprint = fingerprint_of(&key.public);

		vector_add(file, "key", key.public.bytes, PUBLIC_KEY_BYTES, 0,
			json_pack("{ss ss}", "kid", key.kid, "fingerprint", fingerprint.text));
	}
}

static void add_file_names(struct vector_file *file)
{
	static const struct {
		const char *name;
		int code;
	} rows[] = {{"a", 0}, {"周报 2026-47.pdf", 0}, {"a..b", 0}, {"a-b_c (1).tar.gz", 0},
		{"naïve.txt", 0}, {"\xf0\x9f\x93\x84.txt", 0}, {"", 308}, {".", 308}, {"..", 308},
		{".hidden", 308}, {"-rf", 308}, {" a", 308}, {"a ", 308}, {"a.", 308}, {"a/b", 308},
		{"a\\b", 308}, {"a:b", 308}, {"a*b", 308}, {"a?b", 308}, {"a\"b", 308}, {"a<b", 308},
		{"a>b", 308}, {"a|b", 308}, {"a\tb", 308},
		{"a\x7f"
		 "b",
			308},
		{"a\xc2\x85", 308},
		{"a\xe2\x80\xae"
		 "b",
			308},
		{"a\xc2\xad"
		 "b",
			308},
		{"e\xcc\x81", 308},
		{"\xef\xbb\xbf"
		 "a",
			308},
		{"a\xff", 308}, {"\xc0\xaf", 308}};
	char most[LIMIT_FILE_NAME + 2];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		vector_add(file, "file name", rows[i].name, strlen(rows[i].name), rows[i].code, NULL);
	memset(most, 'a', sizeof(most));
	vector_add(file, "file name", most, LIMIT_FILE_NAME, 0, NULL);
	vector_add(file, "file name", most, LIMIT_FILE_NAME + 1, 308, NULL);
}

static void add_padding(struct vector_file *file)
{
	static const int counts[] = {1, 2, 8, 9, 10, 11, 15, 16, 17, 31, 33, 63, 64, 65, 100, 255, 257,
		1000, 1281, 2049, 4000, 4096};

	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		vector_add(file, "parts", "", 0, 0,
			json_pack("{si si}", "count", counts[i], "padded",
				(int)body_padded_count((uint64_t)counts[i])));
}

void make_value(const char *folder)
{
	struct vector_file file = vector_file("value", false);

	add_fingerprints(&file);
	add_file_names(&file);
	add_padding(&file);
	vector_write(&file, folder);
}
