#include "subscriber/web_send.h"

#include <string.h>
#include <unistd.h>

/* No script, nothing from elsewhere, framed by nobody; only files of documents may be framed by us. */
#define POLICY_PAGE \
	"default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; " \
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
#define POLICY_FILE \
	"default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; " \
	"form-action 'none'; frame-ancestors 'self'"

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned int status,
	struct MHD_Response *response, const char *type, const char *policy)
{
	const char *const headers[][2] = {
		{"Content-Type", type},
		{"Content-Security-Policy", policy},
		{"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "no-referrer"}, /* the address is a secret */
		{"Cache-Control", "no-store"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
	};
	enum MHD_Result sent = MHD_NO;

	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		(void)MHD_add_response_header(response, headers[i][0], headers[i][1]);
	sent = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return sent;
}

enum MHD_Result web_send_text(struct MHD_Connection *connection, unsigned int status,
	const char *type, const char *text, size_t len)
{
	return send_response(connection, status,
		MHD_create_response_from_buffer(len, (void *)text, MHD_RESPMEM_MUST_COPY), type,
		POLICY_PAGE);
}

enum MHD_Result web_send_short(
	struct MHD_Connection *connection, unsigned int status, const char *text)
{
	return web_send_text(connection, status, "text/plain; charset=utf-8", text, strlen(text));
}

enum MHD_Result web_send_page(
	struct MHD_Connection *connection, unsigned int status, const struct buf *page)
{
	return web_send_text(connection, status, "text/html; charset=utf-8", buf_str(page), page->len);
}

enum MHD_Result web_send_redirect(struct MHD_Connection *connection, const char *to)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);

	if (response)
		(void)MHD_add_response_header(response, "Location", to);
	return send_response(
		connection, MHD_HTTP_SEE_OTHER, response, "text/plain; charset=utf-8", POLICY_PAGE);
}

enum MHD_Result web_send_failure(struct MHD_Connection *connection, const struct err *err)
{
	static const unsigned int statuses[] = {[ERR_USAGE] = MHD_HTTP_NOT_FOUND,
		[ERR_DENIED] = MHD_HTTP_FORBIDDEN,
		[ERR_DATA] = MHD_HTTP_CONFLICT,
		[ERR_SYSTEM] = MHD_HTTP_INTERNAL_SERVER_ERROR};

	return web_send_short(connection, statuses[err->kind], err->text);
}

enum MHD_Result web_send_file(struct MHD_Connection *connection, const struct web_file *file)
{
	struct MHD_Response *response =
		MHD_create_response_from_fd64((uint64_t)file->size_bytes, file->fd);

	if (response)
		(void)MHD_add_response_header(response, "Content-Disposition", buf_str(&file->disposition));
	else
		(void)close(file->fd);
	return send_response(connection, MHD_HTTP_OK, response, file->type, POLICY_FILE);
}
