#include "subscriber/request.h"

#include <qrencode.h>

#include <errno.h>
#include <stdio.h>

enum { QUIET_MODULES = 2, QR_TEXT_MAX = 256 * 1024 };

static bool qr_is_dark(const QRcode *code, int x, int y)
{
	return x >= 0 && y >= 0 && x < code->width && y < code->width &&
		   (code->data[y * code->width + x] & 1);
}

/* Two rows of modules a line. The colours are set, because a code with swapped ones is not read. */
static bool qr_line(const QRcode *code, int y, struct buf *out, struct err *err)
{
	static const char *const blocks[] = {"█", "▀", "▄", " "}; /* light: both, upper, lower, none */

	if (!buf_append_str(out, "\033[37;40m", err))
		return false;
	for (int x = -QUIET_MODULES; x < code->width + QUIET_MODULES; x++) {
		int dark = 2 * qr_is_dark(code, x, y) + qr_is_dark(code, x, y + 1);

		if (!buf_append_str(out, blocks[dark], err))
			return false;
	}
	return buf_append_str(out, "\033[0m\n", err);
}

static void cleanup_qr(QRcode **code)
{
	QRcode_free(*code);
}

bool request_qr(const char *text, struct buf *out, struct err *err)
{
	QRcode *code CLEANUP(cleanup_qr) = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

	if (!code)
		return err_errno(err, "cannot make a QR code");
	for (int y = -QUIET_MODULES; y < code->width + QUIET_MODULES; y += 2) {
		if (!qr_line(code, y, out, err))
			return false;
	}
	return true;
}

bool request_print(const struct request *request, struct err *err)
{
	auto_buf struct buf qr = BUF_INIT(QR_TEXT_MAX);

	if (request->qr && !request_qr(request->jws, &qr, err))
		return false;
	(void)printf("%s\nfingerprint: %s\n", request->jws, request->fingerprint->text);
	(void)fflush(stdout);
	(void)fprintf(stderr,
		"\n%s\n  %.23s\n  %s\n\n"
		"The request above (also in '%s') goes to CNCERT. Then read these eight groups\n"
		"to the registrar over the phone, and go on with\n\n"
		"  %s\n\n"
		"请将上面的申请（文本或二维码）发给 CNCERT，并通过电话向登记员逐组读出这八组数字；"
		"之后运行上面的命令。\n",
		buf_str(&qr), request->fingerprint->text, request->fingerprint->text + 24, request->path,
		request->next);
	return true;
}
