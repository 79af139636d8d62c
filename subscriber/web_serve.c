/* The half of web.h that talks to browsers, over libmicrohttpd. */
#include "subscriber/web.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/limits.h"
#include "subscriber/state.h"
#include "subscriber/web_file.h"
#include "subscriber/web_page.h"

#include <microhttpd.h>
#include <sodium.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WEB_CONNECTIONS = 32, WEB_TIMEOUT_S = 60, WEB_PATH_MAX = 512 };

/* No script, nothing from elsewhere, framed by nobody; only files of documents may be framed by us. */
#define POLICY_PAGE \
	"default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; " \
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
#define POLICY_FILE \
	"default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; " \
	"form-action 'none'; frame-ancestors 'self'"

struct web_server {
	struct MHD_Daemon *daemon;
};

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

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned int status,
	const char *type, const char *text, size_t len)
{
	return send_response(connection, status,
		MHD_create_response_from_buffer(len, (void *)text, MHD_RESPMEM_MUST_COPY), type,
		POLICY_PAGE);
}

static enum MHD_Result send_short(
	struct MHD_Connection *connection, unsigned int status, const char *text)
{
	return send_text(connection, status, "text/plain; charset=utf-8", text, strlen(text));
}

static enum MHD_Result send_redirect(struct MHD_Connection *connection, const char *to)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);

	if (response)
		(void)MHD_add_response_header(response, "Location", to);
	return send_response(
		connection, MHD_HTTP_SEE_OTHER, response, "text/plain; charset=utf-8", POLICY_PAGE);
}

static enum MHD_Result send_failure(struct MHD_Connection *connection, const struct err *err)
{
	static const unsigned int statuses[] = {[ERR_USAGE] = MHD_HTTP_NOT_FOUND,
		[ERR_DENIED] = MHD_HTTP_FORBIDDEN,
		[ERR_DATA] = MHD_HTTP_CONFLICT,
		[ERR_SYSTEM] = MHD_HTTP_INTERNAL_SERVER_ERROR};

	return send_short(connection, statuses[err->kind], err->text);
}

static const char *argument(struct MHD_Connection *connection, const char *name)
{
	const char *value = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);

	return value ? value : "";
}

static enum MHD_Result serve_page(
	struct MHD_Connection *connection, const struct web_request *request, web_page *page)
{
	auto_buf struct buf out = BUF_INIT(WEB_PAGE_MAX);
	struct err err;

	if (!page(request, &out, &err))
		return send_failure(connection, &err);
	return send_text(connection, MHD_HTTP_OK, "text/html; charset=utf-8", buf_str(&out), out.len);
}

static enum MHD_Result serve_file(
	struct MHD_Connection *connection, const struct web_request *request, const char *number)
{
	struct web_file file = {.fd = -1, .disposition = BUF_INIT(4096)};
	struct MHD_Response *response;
	enum MHD_Result sent;
	struct err err;
	char *end;
	unsigned long nth = strtoul(number, &end, 10);

	if (*number < '0' || *number > '9' || *end || nth > LIMIT_FILES)
		return send_short(connection, MHD_HTTP_NOT_FOUND, "not found");
	if (!web_file_open(request, nth, &file, &err)) {
		buf_release(&file.disposition);
		return send_failure(connection, &err);
	}
	response = MHD_create_response_from_fd64((uint64_t)file.size_bytes, file.fd);
	if (response)
		(void)MHD_add_response_header(response, "Content-Disposition", buf_str(&file.disposition));
	else
		(void)close(file.fd);
	sent = send_response(connection, MHD_HTTP_OK, response, file.type, POLICY_FILE);
	buf_release(&file.disposition);
	return sent;
}

/* What `inbox open` does, but that the browser shows the files. */
static enum MHD_Result serve_open(
	struct MHD_Connection *connection, const struct web_request *request)
{
	auto_db struct db db = {.handle = NULL};
	struct document document;
	char to[WEB_PATH_MAX];
	struct err err;

	if (!state_open(request->web->config->state, &db, &err) ||
		!inbox_find(&db, request->id, &document, &err) ||
		(strcmp(document.state, "stored") != 0 && !err_set(&err, ERR_DENIED, "it was recalled")) ||
		!inbox_mark_opened(&db, &document, clock_now(clock_system()), &err))
		return send_failure(connection, &err);
	(void)snprintf(to, sizeof to, "%s/d/%s", request->base, document.id);
	return send_redirect(connection, to);
}

/* `path` is below "d/<id>". */
static enum MHD_Result serve_document(struct MHD_Connection *connection,
	const struct web_request *request, const char *path, bool post)
{
	if (strcmp(path, "/open") == 0 && post)
		return serve_open(connection, request);
	if (post)
		return send_short(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "nothing is changed here");
	if (*path == '\0')
		return serve_page(connection, request, web_page_document);
	if (strncmp(path, "/f/", 3) == 0)
		return serve_file(connection, request, path + 3);
	return send_short(connection, MHD_HTTP_NOT_FOUND, "not found");
}

/* `path` begins with '/', below the language. */
static enum MHD_Result serve_below(
	struct MHD_Connection *connection, struct web_request *request, const char *path, bool post)
{
	static const struct {
		const char *path;
		web_page *page;
	} pages[] = {{"/", web_page_inbox}, {"/dates", web_page_dates}, {"/health", web_page_health}};
	char id[PUB_ID_SIZE];

	request->here = path;
	request->query = argument(connection, "q");
	request->channel = argument(connection, "channel");
	request->unread = *argument(connection, "unread") != '\0';
	for (size_t i = 0; i < ARRAY_LEN(pages) && !post; i++) {
		if (strcmp(path, pages[i].path) == 0)
			return serve_page(connection, request, pages[i].page);
	}
	if (strncmp(path, "/d/", 3) == 0 && strspn(path + 3, "0123456789abcdef") == PUB_ID_SIZE - 1) {
		enum MHD_Result done;

		(void)snprintf(id, sizeof id, "%s", path + 3);
		request->id = id;
		done = serve_document(connection, request, path + 3 + strlen(id), post);
		request->id = NULL;
		return done;
	}
	return send_short(connection, MHD_HTTP_NOT_FOUND, "not found");
}

/* `path` is what follows the secret, and begins with '/'. */
static enum MHD_Result serve_known(
	const struct web *web, struct MHD_Connection *connection, const char *path, bool post)
{
	const char *wish = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept-Language");
	struct web_request request = {.web = web, .id = ""};
	char to[WEB_PATH_MAX];

	request.english = strncmp(path, "/en/", 4) == 0;
	if (strcmp(path, "/style.css") == 0 && !post)
		return send_text(
			connection, MHD_HTTP_OK, "text/css; charset=utf-8", web_style, strlen(web_style));
	if (strcmp(path, "/icon.svg") == 0 && !post)
		return send_text(connection, MHD_HTTP_OK, "image/svg+xml", web_icon, strlen(web_icon));
	if (strcmp(path, "/") == 0 && !post) {
		(void)snprintf(to, sizeof to, "/%s/%s/", web->secret,
			wish && strncmp(wish, "en", 2) == 0 ? "en" : "zh");
		return send_redirect(connection, to);
	}
	if (!request.english && strncmp(path, "/zh/", 4) != 0)
		return send_short(connection, MHD_HTTP_NOT_FOUND, "not found");
	(void)snprintf(
		request.base, sizeof request.base, "/%s/%s", web->secret, request.english ? "en" : "zh");
	return serve_below(connection, &request, path + 3, post);
}

/* Compared in constant time; what does not begin with it learns nothing. */
static const char *after_secret(const struct web *web, const char *path)
{
	size_t len = strlen(web->secret);

	if (*path != '/' || strlen(path) < len + 2 || path[len + 1] != '/' ||
		sodium_memcmp(path + 1, web->secret, len) != 0)
		return NULL;
	return path + 1 + len;
}

static bool host_is_ours(const struct web *web, struct MHD_Connection *connection)
{
	const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");

	return host && (strcmp(host, web->hosts[0]) == 0 || strcmp(host, web->hosts[1]) == 0);
}

static enum MHD_Result serve(void *context, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_len, void **state)
{
	static int begun;
	const struct web *web = context;
	bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
	const char *path;

	(void)version;
	(void)upload;
	/* Called first with the headers alone, then with each piece of a body, of which none is of use. */
	if (!*state) {
		*state = &begun;
		return MHD_YES;
	}
	if (*upload_len > 0) {
		*upload_len = 0;
		return MHD_YES;
	}
	path = host_is_ours(web, connection) ? after_secret(web, url) : NULL;
	if (!path)
		return send_short(connection, MHD_HTTP_NOT_FOUND, "not found");
	if (!post && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		return send_short(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and POST");
	return serve_known(web, connection, path, post);
}

bool web_start(struct web *web, int port, struct web_server **ret, int *ret_port, struct err *err)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	auto_free struct web_server *server = calloc(1, sizeof *server);
	uint8_t secret[WEB_SECRET_BYTES];

	if (!server)
		return err_set(err, ERR_SYSTEM, "out of memory");
	randombytes_buf(secret, sizeof secret);
	(void)sodium_bin2base64(web->secret, sizeof web->secret, secret, sizeof secret,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	server->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, serve, web,
		MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)WEB_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)WEB_TIMEOUT_S, MHD_OPTION_END);
	if (!server->daemon)
		return err_errno(err, "cannot listen on port %d of 127.0.0.1", port);
	*ret_port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	(void)snprintf(web->hosts[0], WEB_HOST_SIZE, "127.0.0.1:%d", *ret_port);
	(void)snprintf(web->hosts[1], WEB_HOST_SIZE, "localhost:%d", *ret_port);
	*ret = server;
	server = NULL;
	return true;
}

void web_stop(struct web_server *server)
{
	if (!server)
		return;
	MHD_stop_daemon(server->daemon);
	free(server);
}
