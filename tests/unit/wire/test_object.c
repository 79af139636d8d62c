/* What is signed is what is read: tokens, devices, entries, offers, receipts, syncs, heads. */
#include "tests/unit/test.h"

#include <stdio.h>

#include "tests/fixture/fixture.h"

static void a_token_is_new_each_time(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_buf struct buf one = BUF_INIT(LIMIT_CONNECT_JWT);
	auto_buf struct buf two = BUF_INIT(LIMIT_CONNECT_JWT);
	auto_token struct token token = TOKEN_INIT;
	struct err err;

	(void)state;
	assert_done(token_make("unit-a.d1", "h:1", FIXTURE_NOW, &key, &one, &err));
	assert_done(token_make("unit-a.d1", "h:1", FIXTURE_NOW, &key, &two, &err));
	assert_string_not_equal(buf_str(&one), buf_str(&two));
	assert_done(token_parse(one.data, one.len, &token, &err));
	assert_string_equal(token.client_id, "unit-a.d1");
	assert_string_equal(token.audience, "h:1");
	assert_int_equal(token.expires_at - token.issued_at, LIMIT_TOKEN_LIFE_S);
	assert_done(token_verify(&token, &key.public, &err));
}

static void the_largest_token_fits(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_buf struct buf text = BUF_INIT(LIMIT_CONNECT_JWT);
	char audience[LIMIT_AUDIENCE + 2];
	struct err err;

	(void)state;
	memset(audience, 'a', sizeof(audience));
	audience[LIMIT_AUDIENCE] = '\0';
	assert_done(token_make("abcdefghijklmnopqrstuvwxyzabcdef.abcdefghijklmnop", audience,
		FIXTURE_NOW, &key, &text, &err));
	audience[LIMIT_AUDIENCE] = 'a';
	audience[LIMIT_AUDIENCE + 1] = '\0';
	assert_refused(
		token_make("unit-a.d1", audience, FIXTURE_NOW, &key, &text, &err), ERR_DATA, "255 bytes");
	assert_refused(token_make("unit-a", "h:1", FIXTURE_NOW, &key, &text, &err), ERR_DATA, "sub");
}

static void a_certificate_says_what_was_certified(void **state)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_signing_key struct signing_key registrar = fixture_key("registrar");
	auto_buf struct buf text = BUF_INIT(LIMIT_DEVICE_JWS);
	struct device_certificate certificate = fixture_certificate();
	struct device_certificate read;
	struct err err;

	(void)state;
	assert_done(device_certificate_sign(&certificate, &registrar, &text, &err));
	assert_done(device_certificate_verify(text.data, text.len, keyset, &read, &err));
	assert_string_equal(read.unit, FIXTURE_UNIT);
	assert_string_equal(read.kid, registrar.kid);
	assert_true(public_key_equal(&read.public, &certificate.public));
	assert_memory_equal(read.serial, certificate.serial, DEVICE_SERIAL_BYTES);
}

static void a_request_is_signed_by_the_key_it_names(void **state)
{
	auto_signing_key struct signing_key other = fixture_key("device 2");
	auto_buf struct buf text = BUF_INIT(LIMIT_REQUEST_JWS);
	struct device_request request = fixture_request();
	struct err err;

	(void)state;
	assert_refused(device_request_sign(&request, &other, &text, &err), ERR_DATA, "not the one");
}

static void an_entry_is_read_as_written(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	auto_entry struct entry entry = fixture_entry(&body);
	auto_entry struct entry read = ENTRY_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_ENTRY_JWS);
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);
	struct err err;

	(void)state;
	fixture_entry_jws(&entry, "dispatcher", &text);
	assert_done(entry_format(&entry, &payload, &err));
	assert_done(entry_parse(text.data, text.len, &read, &err));

	struct digest digest = digest_of(payload.data, payload.len);

	assert_true(digest_equal(&read.digest, &digest));
	assert_int_equal(read.signature_count, 2);
	assert_string_equal(read.signatures[1], entry.signatures[1]);
	assert_int_equal(read.body.parts, FIXTURE_PARTS);
	assert_true(digest_equal(&read.body.digest, &entry.body.digest));
	assert_memory_equal(read.body.stream, entry.body.stream, BODY_STREAM_BYTES);
	fixture_body_release(&body);
}

/* The chain outlives the key that signed it. */
static void an_entry_signed_again_stays_in_the_chain(void **state)
{
	auto_signing_key struct signing_key one = fixture_key("dispatcher");
	auto_signing_key struct signing_key two = fixture_key("dispatcher 2");
	auto_entry struct entry first = ENTRY_INIT;
	auto_entry struct entry second = ENTRY_INIT;
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);
	struct buf texts[2] = {BUF_INIT(LIMIT_ENTRY_JWS), BUF_INIT(LIMIT_ENTRY_JWS)};
	struct entry nothing = {.unit = FIXTURE_UNIT,
		.epoch = 1,
		.number = 1,
		.kind = KIND_VOID,
		.keyset = 1,
		.issued_at = FIXTURE_NOW};
	struct err err;

	(void)state;
	assert_done(entry_format(&nothing, &payload, &err));
	assert_done(entry_sign(payload.data, payload.len, &one, &texts[0], &err));
	assert_done(entry_sign(payload.data, payload.len, &two, &texts[1], &err));
	assert_done(entry_parse(texts[0].data, texts[0].len, &first, &err));
	assert_done(entry_parse(texts[1].data, texts[1].len, &second, &err));
	assert_true(digest_equal(&first.digest, &second.digest));
	assert_string_not_equal(first.jws.kid, second.jws.kid);
	buf_release(&texts[1]);
	buf_release(&texts[0]);
}

static void an_entry_that_units_would_refuse_is_not_written(void **state)
{
	struct entry entry = {.unit = FIXTURE_UNIT,
		.epoch = 1,
		.number = 2,
		.kind = KIND_VOID,
		.keyset = 1,
		.issued_at = FIXTURE_NOW};
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);
	struct err err;

	(void)state;
	assert_refused(entry_format(&entry, &payload, &err), ERR_DATA, "previous");
	entry.previous.bytes[0] = 1;
	entry.target = 2;
	assert_refused(entry_format(&entry, &payload, &err), ERR_DATA, "target");
	assert_int_equal(payload.len, 0);
	entry.target = 1;
	assert_done(entry_format(&entry, &payload, &err));
}

/* One by one: each is told as a reader tells it. */
static void an_entry_out_of_bounds_is_not_written(void **state)
{
	static const struct {
		size_t field; /* an int64_t */
		int64_t value;
		const char *name;
	} wrong[] = {
		{offsetof(struct entry, epoch), 0, "epoch"},
		{offsetof(struct entry, epoch), INT_31_MAX + 1, "epoch"},
		{offsetof(struct entry, number), 0, "number"},
		{offsetof(struct entry, number), INT_31_MAX + 1, "number"},
		{offsetof(struct entry, number), 2, "previous"},
		{offsetof(struct entry, keyset), 0, "keyset"},
		{offsetof(struct entry, issued_at), -1, "issued_at"},
		{offsetof(struct entry, issued_at), TIME_MAX + 1, "issued_at"},
		{offsetof(struct entry, entered_at), FIXTURE_NOW - 1, "entered_at"},
		{offsetof(struct entry, entered_at), TIME_MAX + 1, "entered_at"},
	};
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	auto_entry struct entry entry = fixture_entry(&body);
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);
	struct err err;

	(void)state;
	entry.issued_at = FIXTURE_NOW;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		int64_t *field = (int64_t *)((char *)&entry + wrong[i].field);
		int64_t before = *field;

		*field = wrong[i].value;
		assert_refused(entry_format(&entry, &payload, &err), ERR_DATA, wrong[i].name);
		*field = before;
	}
	entry.body.parts = 0;
	assert_refused(entry_format(&entry, &payload, &err), ERR_DATA, "parts");
	entry.body.parts = LIMIT_PARTS + 1;
	assert_refused(entry_format(&entry, &payload, &err), ERR_DATA, "parts");
	entry.body.parts = LIMIT_PARTS;
	entry.unit[0] = '-';
	assert_refused(entry_format(&entry, &payload, &err), ERR_DATA, "unit");
	entry.unit[0] = 'u';
	assert_int_equal(payload.len, 0);
	assert_done(entry_format(&entry, &payload, &err));
	fixture_body_release(&body);
}

static void an_entry_without_its_editors_is_not_written(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	auto_entry struct entry entry = fixture_entry(&body);
	auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS);
	size_t count = entry.signature_count;
	struct err err;

	(void)state;
	entry.signature_count = 0;
	assert_refused(entry_format(&entry, &payload, &err), ERR_DATA, "signatures");
	entry.signature_count = count;
	entry.signatures[0][0] = '\0';
	assert_refused(entry_format(&entry, &payload, &err), ERR_DATA, "0 bytes");
	assert_int_equal(payload.len, 0);
	fixture_body_release(&body);
}

static void an_offer_is_read_as_written(void **state)
{
	struct offer offer = {.entry = (char[]){"a.b.c"}, .grant_count = LIMIT_GRANTS};
	auto_offer struct offer read = OFFER_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_OFFER);
	struct err err;

	(void)state;
	for (size_t i = 0; i < LIMIT_GRANTS; i++) {
		(void)snprintf(offer.grants[i].device, DEVICE_SIZE, "d%zu", i);
		(void)snprintf(offer.grants[i].kid, KID_SIZE, "%032zx", i);
		memset(offer.grants[i].sealed, (int)i, GRANT_BYTES);
	}
	assert_done(offer_format(&offer, &text, &err));
	assert_done(offer_parse(text.data, text.len, &read, &err));
	assert_string_equal(read.entry, "a.b.c");
	assert_int_equal(read.grant_count, LIMIT_GRANTS);

	const struct grant *grant = offer_find(&read, "d9", "00000000000000000000000000000009");

	assert_non_null(grant);
	assert_int_equal(grant->sealed[95], 9);
	assert_null(offer_find(&read, "d9", "00000000000000000000000000000008"));
}

static void an_offer_that_nobody_would_take_is_not_made(void **state)
{
	char entry[] = "a.b.c";
	struct offer good = {.entry = entry, .grant_count = 2};
	auto_buf struct buf text = BUF_INIT(LIMIT_OFFER);
	struct offer bad;
	struct err err;

	(void)state;
	for (size_t i = 0; i < good.grant_count; i++) {
		(void)snprintf(good.grants[i].device, DEVICE_SIZE, "d1");
		(void)snprintf(good.grants[i].kid, KID_SIZE, "%032zx", i);
	}
	assert_done(offer_format(&good, &text, &err));
	bad = good;
	bad.grants[1] = bad.grants[0];
	assert_code(offer_format(&bad, &text, &err), 201);
	bad = good;
	strcpy(bad.grants[0].device, "D 1");
	assert_code(offer_format(&bad, &text, &err), 201);
	bad = good;
	bad.grants[1].kid[31] = '\0';
	assert_code(offer_format(&bad, &text, &err), 201);
	bad = good;
	bad.entry = entry + strlen(entry);
	assert_code(offer_format(&bad, &text, &err), 201);
}

static void a_full_receipt_fits(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_receipt struct receipt receipt = fixture_receipt();
	auto_receipt struct receipt read = RECEIPT_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_RECEIPT_JWS);
	auto_buf struct buf again = BUF_INIT(LIMIT_RECEIPT_JWS);
	struct err err;

	(void)state;
	while (receipt.item_count < LIMIT_RECEIPT_ITEMS)
		receipt.items[receipt.item_count++] = receipt.items[1];
	receipt.number = INT_53_MAX;
	assert_done(receipt_sign(&receipt, &key, &text, &err));
	assert_done(receipt_parse(text.data, text.len, &read, &err));
	assert_done(receipt_verify(&read, &key.public, &err));
	assert_int_equal(read.item_count, LIMIT_RECEIPT_ITEMS);
	assert_done(receipt_sign(&read, &key, &again, &err));
	assert_string_equal(buf_str(&again), buf_str(&text));
}

static void a_full_sync_fits(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("device");
	auto_sync struct sync sync = fixture_sync();
	auto_sync struct sync read = SYNC_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_SYNC_JWS);
	auto_buf struct buf again = BUF_INIT(LIMIT_SYNC_JWS);
	struct err err;

	(void)state;
	for (uint32_t i = 0; i < LIMIT_SYNC_RANGES; i++) {
		sync.have.items[i] = (struct range){2000000000 + 4 * i, 2000000001 + 4 * i};
		sync.missing[0].parts.items[i] = (struct range){3000 + 4 * i, 3001 + 4 * i};
		sync.grants[i] = 2000000000 + i;
	}
	sync.have.count = sync.missing[0].parts.count = LIMIT_SYNC_RANGES;
	sync.grant_count = LIMIT_SYNC_GRANTS;
	for (sync.missing_count = 1; sync.missing_count < LIMIT_SYNC_MISSING; sync.missing_count++)
		sync.missing[sync.missing_count] = sync.missing[0];
	for (; sync.incident_count < LIMIT_SYNC_INCIDENTS; sync.incident_count++)
		sync.incidents[sync.incident_count] = sync.incidents[0];
	assert_done(sync_sign(&sync, &key, &text, &err));
	assert_done(sync_parse(text.data, text.len, &read, &err));
	assert_done(sync_verify(&read, &key.public, &err));
	assert_int_equal(read.missing[15].parts.items[63].to, 3253);
	assert_done(sync_sign(&read, &key, &again, &err));
	assert_string_equal(buf_str(&again), buf_str(&text));
}

static void a_full_head_fits(void **state)
{
	auto_signing_key struct signing_key key = fixture_key("dispatcher");
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_head struct head head = fixture_head();
	auto_head struct head read = HEAD_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_HEAD_JWS);
	auto_buf struct buf again = BUF_INIT(LIMIT_HEAD_JWS);
	struct err err;

	(void)state;
	for (size_t i = 0; i < LIMIT_UNIT_DEVICES; i++) {
		(void)snprintf(head.devices[i].device, DEVICE_SIZE, "abcdefghijklmn%zu", i + 10);
		head.devices[i].settled = INT_53_MAX;
		head.refused[i] = (struct head_refused){.number = INT_53_MAX, .code = 605};
		memcpy(head.refused[i].device, head.devices[i].device, DEVICE_SIZE);
	}
	head.device_count = LIMIT_UNIT_DEVICES;
	head.refused_count = LIMIT_HEAD_REFUSED;
	/* A quotation mark takes two bytes in JSON. */
	memset(head.reason, '"', LIMIT_HEAD_REASON);
	for (size_t i = 0; i < LIMIT_HEAD_CHANNELS; i++) {
		struct head_channel *channel = &head.channels[i];

		*channel = (struct head_channel){.since = INT64_C(253402300799)};
		(void)snprintf(channel->channel, CHANNEL_SIZE, "abcdefghijklmnopqrstuvwxyz-123%zu", i + 10);
		memset(channel->reason, '"', LIMIT_HEAD_CHANNEL_REASON);
	}
	head.channel_count = LIMIT_HEAD_CHANNELS;
	assert_done(head_sign(&head, &key, &text, &err));
	assert_done(head_parse(text.data, text.len, &read, &err));
	assert_done(head_verify(&read, keyset, &err));
	assert_int_equal(head_find(&read, "abcdefghijklmn12")->settled, INT_53_MAX);
	assert_null(head_find(&read, "d1"));
	assert_int_equal(strlen(read.channels[15].reason), LIMIT_HEAD_CHANNEL_REASON);
	assert_done(head_sign(&read, &key, &again, &err));
	assert_string_equal(buf_str(&again), buf_str(&text));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_new_each_time),
		cmocka_unit_test(the_largest_token_fits),
		cmocka_unit_test(a_certificate_says_what_was_certified),
		cmocka_unit_test(a_request_is_signed_by_the_key_it_names),
		cmocka_unit_test(an_entry_is_read_as_written),
		cmocka_unit_test(an_entry_signed_again_stays_in_the_chain),
		cmocka_unit_test(an_entry_that_units_would_refuse_is_not_written),
		cmocka_unit_test(an_entry_out_of_bounds_is_not_written),
		cmocka_unit_test(an_entry_without_its_editors_is_not_written),
		cmocka_unit_test(an_offer_is_read_as_written),
		cmocka_unit_test(an_offer_that_nobody_would_take_is_not_made),
		cmocka_unit_test(a_full_receipt_fits),
		cmocka_unit_test(a_full_sync_fits),
		cmocka_unit_test(a_full_head_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
