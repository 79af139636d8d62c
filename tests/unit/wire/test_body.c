#include "tests/unit/test.h"

#include "common/body.h"
#include "tests/fixture/fixture.h"

/* Checks each file against fixture_file_byte as it comes. */
struct receiver {
	size_t opened;
	size_t closed;
	size_t bytes;
	bool wrong;
};

static bool open_file(void *context, size_t file, struct err *err)
{
	struct receiver *receiver = context;

	(void)err;
	receiver->wrong |= file != receiver->opened++;
	receiver->bytes = 0;
	return true;
}

static bool write_file(void *context, const void *data, size_t len, struct err *err)
{
	struct receiver *receiver = context;

	(void)err;
	for (size_t i = 0; i < len; i++)
		receiver->wrong |= ((const uint8_t *)data)[i] !=
						   fixture_file_byte(receiver->opened - 1, receiver->bytes++);
	return true;
}

static bool close_file(void *context, size_t file, struct err *err)
{
	struct receiver *receiver = context;

	(void)err;
	receiver->wrong |= file != receiver->closed++;
	return true;
}

static bool read_body(
	struct fixture_body *body, struct receiver *receiver, uint32_t *bad_part, struct err *err)
{
	auto_secret struct secret *key = fixture_content_key();
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	struct body_file_sink sink = {open_file, write_file, close_file, receiver};

	return body_read_manifest(&body->body, key, fixture_part, body, &text, bad_part, err) &&
		   manifest_parse(text.data, text.len, &manifest, err) &&
		   body_read_files(&body->body, key, fixture_part, body, text.len, &manifest, &sink, err);
}

static void what_was_sealed_comes_out_again(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	struct receiver receiver = {0};
	struct err err;

	(void)state;
	assert_int_equal(body.body.parts, FIXTURE_PARTS);
	assert_done(read_body(&body, &receiver, NULL, &err));
	assert_int_equal(receiver.opened, 2);
	assert_int_equal(receiver.closed, 2);
	assert_int_equal(receiver.bytes, 3);
	assert_false(receiver.wrong);
	fixture_body_release(&body);
}

static void files_of_no_bytes_come_out_too(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	struct digest empty = digest_of(NULL, 0);
	struct receiver receiver = {0};
	struct err err;

	(void)state;
	assert_done(manifest_add_file(&manifest, "空.txt", "text/plain", 0, &empty, &err));

	struct fixture_body body = fixture_body(&manifest);

	assert_done(read_body(&body, &receiver, NULL, &err));
	assert_int_equal(receiver.closed, 3);
	fixture_body_release(&body);
}

static void a_part_that_was_touched_does_not_open(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	struct receiver receiver = {0};
	uint32_t bad_part = 99;
	struct err err;

	(void)state;
	body.parts.data[PART_BYTES + 100] ^= 1;
	assert_code(read_body(&body, &receiver, &bad_part, &err), 302);
	assert_int_equal(bad_part, 1);
	assert_int_equal(receiver.opened, 0);
	fixture_body_release(&body);
}

/* Manifest "{}", a file "abc", and a byte of padding. */
static struct fixture_body body_of_one_part(uint8_t padding)
{
	const uint8_t plain[] = {0, 0, 0, 2, '{', '}', 'a', 'b', 'c', padding};

	return fixture_body_of(plain, sizeof plain, 1, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
}

static bool read_whole(struct fixture_body *body, struct receiver *receiver, struct err *err)
{
	auto_secret struct secret *key = fixture_content_key();
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	auto_buf struct buf plain = BUF_INIT(PART_PLAIN_BYTES);
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	struct body_file_sink sink = {open_file, write_file, close_file, receiver};
	struct digest digest = digest_of("abc", 3);

	return manifest_add_file(&manifest, "a.txt", "text/plain", 3, &digest, err) &&
		   body_peek_whole(&body->body, key, fixture_part, body, &text, &plain, err) &&
		   body_files_of_plain(&plain, text.len, &manifest, &sink, err);
}

static void a_body_of_one_part_is_opened_once_and_judged_like_any(void **state)
{
	struct fixture_body body = body_of_one_part(0);
	struct fixture_body padded = body_of_one_part(1);
	struct receiver receiver = {0};
	struct receiver none = {0};
	struct err err;

	(void)state;
	assert_done(read_whole(&body, &receiver, &err));
	assert_int_equal(receiver.closed, 1);
	assert_int_equal(receiver.bytes, 3);
	assert_code(read_whole(&padded, &receiver, &err), 312);
	body.body.digest.bytes[0] ^= 1;
	assert_code(read_whole(&body, &none, &err), 303);
	body.parts.data[7] ^= 1;
	assert_code(read_whole(&body, &none, &err), 302);
	assert_int_equal(none.opened, 0);
	fixture_body_release(&padded);
	fixture_body_release(&body);
}

static bool ignore(void *context, const uint8_t *data, size_t len, struct err *err)
{
	(void)data;
	(void)err;
	*(size_t *)context += len;
	return true;
}

static void a_bad_part_may_be_pushed_anew(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	auto_secret struct secret *key = fixture_content_key();
	auto_body_opener struct body_opener *opener = NULL;
	size_t seen = 0;
	struct err err;

	(void)state;
	assert_done(body_opener_new(&body.body, key, ignore, &seen, &opener, &err));
	body.parts.data[5] ^= 1;
	assert_code(body_opener_push(opener, body.parts.data, &err), 302);
	assert_code(body_opener_push(opener, body.parts.data + PART_BYTES, &err), 302);
	assert_int_equal(body_opener_next(opener), 0);
	body.parts.data[5] ^= 1;
	assert_done(body_opener_push(opener, body.parts.data, &err));
	assert_code(body_opener_finish(opener, &err), 304);
	assert_done(body_opener_push(opener, body.parts.data + PART_BYTES, &err));
	assert_done(body_opener_finish(opener, &err));
	assert_code(body_opener_push(opener, body.parts.data, &err), 304);
	assert_int_equal(seen, 2 * PART_PLAIN_BYTES);
	fixture_body_release(&body);
}

static void the_digest_covers_stream_header_and_parts(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	struct receiver receiver = {0};
	struct digest_state digest;
	struct err err;

	(void)state;
	digest_init(&digest);
	digest_update(&digest, body.body.stream, sizeof(body.body.stream));
	digest_update(&digest, body.parts.data, body.parts.len);

	struct digest whole = digest_final(&digest);

	assert_true(digest_equal(&whole, &body.body.digest));
	body.body.digest.bytes[0] ^= 1;
	assert_code(read_body(&body, &receiver, NULL, &err), 303);
	fixture_body_release(&body);
}

/* Length, manifest and `files_len` bytes of files. */
static size_t plain_of(
	const struct buf *manifest, size_t files_len, uint8_t out[static 3 * PART_PLAIN_BYTES])
{
	size_t at = 4 + manifest->len;

	memset(out, 0, 3 * PART_PLAIN_BYTES);
	out[2] = (uint8_t)(manifest->len >> 8);
	out[3] = (uint8_t)manifest->len;
	memcpy(out + 4, manifest->data, manifest->len);
	for (size_t i = 0; i < files_len; i++)
		out[at++] = i < 40000 ? fixture_file_byte(0, i) : fixture_file_byte(1, i - 40000);
	return at;
}

static void the_stream_ends_with_its_last_part(void **state)
{
	static const unsigned char tags[] = {crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
		crypto_secretstream_xchacha20poly1305_TAG_PUSH,
		crypto_secretstream_xchacha20poly1305_TAG_REKEY};
	struct receiver receiver = {0};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		struct fixture_body body = fixture_body_of("", 0, 2, tags[i]);

		assert_code(read_body(&body, &receiver, NULL, &err), 304);
		fixture_body_release(&body);
	}

	struct fixture_body early =
		fixture_body_of("", 0, 2, crypto_secretstream_xchacha20poly1305_TAG_FINAL);

	early.body.parts = 3;
	assert_code(read_body(&early, &receiver, NULL, &err), 304);
	fixture_body_release(&early);
}

static void files_are_what_the_manifest_says(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	auto_free uint8_t *plain = malloc(3 * PART_PLAIN_BYTES);
	struct err err;

	(void)state;
	assert_done(manifest_format(&manifest, &text, &err));

	size_t len = plain_of(&text, 40003, plain);

	for (int i = 0; i < 3; i++) {
		static const struct {
			long at; /* from the end of the files */
			int code;
			size_t closed;
		} cases[] = {{-1, 309, 1}, {-40003, 309, 0}, {5, 312, 2}};
		struct receiver receiver = {0};
		uint8_t *changed = &plain[(long)len + cases[i].at];

		*changed ^= 1;

		struct fixture_body body = fixture_body_of(
			plain, 2 * PART_PLAIN_BYTES, 2, crypto_secretstream_xchacha20poly1305_TAG_FINAL);

		*changed ^= 1;
		assert_code(read_body(&body, &receiver, NULL, &err), cases[i].code);
		assert_int_equal(receiver.closed, cases[i].closed);
		fixture_body_release(&body);
	}
}

static void a_body_too_short_for_its_files_is_refused(void **state)
{
	auto_manifest struct manifest manifest = fixture_manifest();
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	auto_free uint8_t *plain = malloc(3 * PART_PLAIN_BYTES);
	struct receiver receiver = {0};
	struct err err;

	(void)state;
	assert_done(manifest_format(&manifest, &text, &err));
	(void)plain_of(&text, 40003, plain);

	struct fixture_body body = fixture_body_of(
		plain, PART_PLAIN_BYTES, 1, crypto_secretstream_xchacha20poly1305_TAG_FINAL);

	assert_code(read_body(&body, &receiver, NULL, &err), 309);
	fixture_body_release(&body);
}

static void an_impossible_manifest_length_is_refused(void **state)
{
	static const uint8_t lengths[][4] = {
		{0, 0, 0, 0}, {0, 0, 0x80, 0}, {0, 4, 0, 1}, {0xff, 0xff, 0xff, 0xff}};
	struct receiver receiver = {0};
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct fixture_body body =
			fixture_body_of(lengths[i], 4, 1, crypto_secretstream_xchacha20poly1305_TAG_FINAL);

		assert_code(read_body(&body, &receiver, NULL, &err), 305);
		fixture_body_release(&body);
	}
}

static bool drop(
	void *context, uint32_t index, const uint8_t part[static PART_BYTES], struct err *err)
{
	(void)index;
	(void)part;
	(void)err;
	++*(uint32_t *)context;
	return true;
}

static void a_writer_takes_exactly_what_was_announced(void **state)
{
	auto_secret struct secret *key = fixture_content_key();
	auto_body_writer struct body_writer *writer = NULL;
	uint32_t parts = 0;
	struct body body;
	struct err err;

	(void)state;
	assert_done(body_writer_new(key, "{}", 2, 3, drop, &parts, &writer, &err));
	assert_refused(body_writer_finish(writer, &body, &err), ERR_DATA, "3 bytes fewer");
	assert_refused(body_writer_push(writer, "abcd", 4, &err), ERR_DATA, "more bytes");
	assert_done(body_writer_push(writer, "abc", 3, &err));
	assert_done(body_writer_finish(writer, &body, &err));
	assert_int_equal(parts, 1);
	assert_int_equal(body.parts, 1);
}

static void counts_are_padded_by_padme(void **state)
{
	static const struct {
		uint64_t count, padded;
	} cases[] = {{1, 1}, {8, 8}, {9, 10}, {10, 10}, {15, 16}, {16, 16}, {17, 18}, {31, 32},
		{33, 36}, {100, 104}, {1000, 1024}, {1025, 1088}, {2049, 2176}, {3969, 4096}, {4096, 4096}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(body_padded_count(cases[i].count), cases[i].padded);
}

static void too_many_parts_are_refused(void **state)
{
	int64_t most = (int64_t)LIMIT_PARTS * PART_PLAIN_BYTES - 4 - 100;
	uint32_t parts;
	struct err err;

	(void)state;
	assert_done(body_count_parts(100, most, &parts, &err));
	assert_int_equal(parts, LIMIT_PARTS);
	assert_code(body_count_parts(100, most + 1, &parts, &err), 310);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_comes_out_again),
		cmocka_unit_test(files_of_no_bytes_come_out_too),
		cmocka_unit_test(a_part_that_was_touched_does_not_open),
		cmocka_unit_test(a_body_of_one_part_is_opened_once_and_judged_like_any),
		cmocka_unit_test(a_bad_part_may_be_pushed_anew),
		cmocka_unit_test(the_digest_covers_stream_header_and_parts),
		cmocka_unit_test(the_stream_ends_with_its_last_part),
		cmocka_unit_test(files_are_what_the_manifest_says),
		cmocka_unit_test(a_body_too_short_for_its_files_is_refused),
		cmocka_unit_test(an_impossible_manifest_length_is_refused),
		cmocka_unit_test(a_writer_takes_exactly_what_was_announced),
		cmocka_unit_test(counts_are_padded_by_padme),
		cmocka_unit_test(too_many_parts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
