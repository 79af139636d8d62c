#include "publisher/cli/page.h"

#include <string.h>

#include <sodium.h>

#include "publisher/cli/html.h"

enum { STYLE_MAX = 64 * 1024 };

/* As a content security policy names an inline text (CSP 3, section 2.3.1). */
static bool hash(struct buf *out, const char *text, struct err *err)
{
	uint8_t digest[crypto_hash_sha256_BYTES];
	char base64[sodium_base64_ENCODED_LEN(sizeof digest, sodium_base64_VARIANT_ORIGINAL)];

	(void)crypto_hash_sha256(digest, (const uint8_t *)text, strlen(text));
	(void)sodium_bin2base64(
		base64, sizeof base64, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
	return buf_printf(out, err, "'sha256-%s'", base64);
}

static bool style(struct buf *out, struct err *err)
{
	for (const char *const *line = page_style; *line; line++)
		if (!buf_append_str(out, *line, err))
			return false;
	return true;
}

bool page_begin(struct buf *out, const char *title, struct err *err)
{
	auto_buf struct buf css = BUF_INIT(STYLE_MAX);

	return style(&css, err) &&
		   buf_append_str(out,
			   "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n"
			   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
			   "style-src ",
			   err) &&
		   hash(out, buf_str(&css), err) && buf_append_str(out, "; script-src ", err) &&
		   hash(out, page_script, err) &&
		   buf_append_str(out,
			   "; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" "
			   "content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" "
			   "content=\"no-referrer\">\n",
			   err) &&
		   html_element(out, "title", title, err) && buf_append_str(out, "\n<style>", err) &&
		   buf_append(out, css.data, css.len, err) &&
		   buf_append_str(out, "</style>\n</head>\n<body>\n", err);
}

bool page_end(struct buf *out, struct err *err)
{
	return buf_append_str(out, "<script>", err) && buf_append_str(out, page_script, err) &&
		   buf_append_str(out, "</script>\n</body>\n</html>\n", err);
}
