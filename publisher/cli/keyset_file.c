#include "publisher/cli/keyset_file.h"

#include <ctype.h>

#include "common/file.h"
#include "common/fingerprint.h"
#include "common/jws.h"

bool keyset_file_read(const char *path, struct buf *ret_jws, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS + 2);

	if (!file_read(path, LIMIT_KEYSET_JWS + 2, &text, err))
		return false;
	size_t len = text.len;

	while (len > 0 && isspace(text.data[len - 1]))
		len--;
	buf_init(ret_jws, LIMIT_KEYSET_JWS);
	return buf_append(ret_jws, text.data, len, err) || err_context(err, "'%s'", ERR_QUOTED(path));
}

/* The root that a keyset names itself, before anything is proven. */
static bool claimed_root(const struct buf *jws, struct fingerprint *ret, struct err *err)
{
	auto_jws struct jws parsed = JWS_INIT;
	auto_keyset struct keyset *keyset = NULL;

	if (!jws_parse(&jws_keyset, jws->data, jws->len, &parsed, err) ||
		!keyset_parse(parsed.payload.data, parsed.payload.len, &keyset, err))
		return false;
	*ret = fingerprint_of(&keyset->root);
	return true;
}

bool keyset_file_open(const char *path, struct keyset **ret, struct err *err)
{
	auto_buf struct buf jws = BUF_INIT(0);
	struct fingerprint root;

	if (!keyset_file_read(path, &jws, err))
		return false;
	if (!claimed_root(&jws, &root, err) ||
		!keyset_accept(NULL, &root, buf_str(&jws), jws.len, ret, err))
		return err_context(err, "'%s' is no file of 'certwire keyset make'", ERR_QUOTED(path));
	return true;
}
