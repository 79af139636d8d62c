#include "publisher/cli/comment.h"

#include <string.h>

#include <sodium.h>

#include "common/secret.h"
#include "common/utf8.h"
#include "db/editor_course.h"
#include "publisher/cli/manifest_view.h"
#include "publisher/cli/when.h"

enum {
	STEP = 256,
	KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

static const char purpose[] = "certwire comment 1";

/* A key of its own: what seals the body seals nothing else. */
static struct secret *comment_key(const struct opened *opened, struct err *err)
{
	struct secret *key = secret_new(KEY, err);

	if (key)
		(void)crypto_generichash(key->bytes, KEY, (const uint8_t *)purpose, sizeof purpose - 1,
			opened->content_key->bytes, opened->content_key->len);
	return key;
}

static bool check(const char *text, struct err *err)
{
	size_t len = strlen(text);

	if (len < 1 || len > COMMENT_MAX || !utf8_valid(text, len))
		return err_set(err, ERR_USAGE, "--comment: write 1 to %d bytes of UTF-8", COMMENT_MAX);
	return true;
}

bool comment_seal(const struct opened *opened, const char *text, struct buf *out, struct err *err)
{
	uint8_t sealed[NONCE + COMMENT_MAX + STEP + TAG];
	uint8_t padded[COMMENT_MAX + STEP] = {0};
	unsigned long long len = 0;

	if (!check(text, err))
		return false;
	auto_secret struct secret *key = comment_key(opened, err);
	size_t size = (strlen(text) / STEP + 1) * STEP;

	if (!key)
		return false;
	memcpy(padded, text, strlen(text));
	randombytes_buf(sealed, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE, &len, padded, size,
		opened->found.id.bytes, PUB_ID_BYTES, NULL, sealed, key->bytes);
	sodium_memzero(padded, sizeof padded);
	return buf_append(out, sealed, NONCE + (size_t)len, err);
}

/* False when it does not open: it was not sealed for this publication. */
static bool open_one(const struct opened *opened, const struct secret *key, struct pg_bytes sealed,
	char out[static COMMENT_SEALED_MAX])
{
	unsigned long long len = 0;

	if (sealed.len < NONCE + TAG || sealed.len >= COMMENT_SEALED_MAX)
		return false;
	const uint8_t *bytes = sealed.data;

	if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)out, &len, NULL, bytes + NONCE,
			sealed.len - NONCE, opened->found.id.bytes, PUB_ID_BYTES, bytes, key->bytes) != 0)
		return false;
	out[len] = '\0';
	return true;
}

bool comments_view(
	struct session *session, const struct opened *opened, struct buf *out, struct err *err)
{
	auto_secret struct secret *key = comment_key(opened, err);
	auto_rows struct pg_rows *rows = NULL;

	if (!key || !editor_comments(session->pg, opened->found.publication.id, &rows, err))
		return false;
	for (int i = 0; i < pg_row_count(rows); i++) {
		struct editor_comment comment = editor_comments_at(rows, i);
		auto_buf struct buf line = BUF_INIT(2 * COMMENT_SEALED_MAX);
		char text[COMMENT_SEALED_MAX];
		char time[WHEN_TEXT_SIZE];

		if (!open_one(opened, key, comment.sealed, text))
			(void)strcpy(text, "(does not open 无法打开)");
		if (!buf_printf(&line, err, "%s，%s %s", text, comment.written_by,
				when_format(comment.written_at, time)) ||
			!manifest_view_line(out, "退回意见", buf_str(&line), err))
			return false;
	}
	return true;
}
