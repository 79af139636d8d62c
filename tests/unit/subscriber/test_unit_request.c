#include "tests/unit/test.h"

#include <qrencode.h>

#include "subscriber/request.h"

enum { QUIET = 2, MOST = 200 };

/* The two rows of modules that one line of blocks shows, dark being true. */
static const char *read_line(const char *line, bool upper[MOST], bool lower[MOST], int *ret_count)
{
	static const struct {
		const char *block;
		bool upper;
		bool lower;
	} blocks[] = {{"█", false, false}, {"▀", false, true}, {"▄", true, false}, {" ", true, true}};
	int count = 0;

	assert_memory_equal(line, "\033[37;40m", 8);
	for (line += 8; *line != '\033'; count++) {
		size_t i = 0;

		while (strncmp(line, blocks[i].block, strlen(blocks[i].block)) != 0)
			assert_true(++i < ARRAY_LEN(blocks));
		upper[count] = blocks[i].upper;
		lower[count] = blocks[i].lower;
		line += strlen(blocks[i].block);
	}
	*ret_count = count;
	return strchr(line, '\n') + 1;
}

static void assert_row(const QRcode *code, int y, const bool *row)
{
	for (int x = -QUIET; x < code->width + QUIET; x++) {
		bool inside = x >= 0 && y >= 0 && x < code->width && y < code->width;

		assert_int_equal(row[x + QUIET], inside && (code->data[y * code->width + x] & 1));
	}
}

static void every_module_is_shown_with_a_quiet_border(void **state)
{
	static const char text[] = "eyJhbGciOiJFZERTQSJ9.eyJ1bml0IjoidW5pdC1hIn0.c2lnbmF0dXJl";
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	auto_buf struct buf out = BUF_INIT(65536);
	bool rows[2][MOST];
	const char *line;
	struct err err;
	int count;

	(void)state;
	assert_done(request_qr(text, &out, &err));
	line = buf_str(&out);
	for (int y = -QUIET; y < code->width + QUIET; y += 2) {
		line = read_line(line, rows[0], rows[1], &count);
		assert_int_equal(count, code->width + 2 * QUIET);
		assert_row(code, y, rows[0]);
		assert_row(code, y + 1, rows[1]);
	}
	assert_string_equal(line, "");
	QRcode_free(code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_module_is_shown_with_a_quiet_border)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
