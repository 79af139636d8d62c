/* The half of web.h that talks to browsers, over libmicrohttpd. */
#include "subscriber/web.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/limits.h"
#include "subscriber/state.h"
#include "subscriber/web_file.h"
#include "subscriber/web_page.h"
#include "subscriber/web_send.h"

#include <microhttpd.h>
#include <sodium.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WEB_CONNECTIONS = 32, WEB_TIMEOUT_S = 60, WEB_PATH_MAX = 512 };

struct web_server {
	struct MHD_Daemon *daemon;
};

static const char *argument(struct MHD_Connection *connection, const char *name)
{
	const char *value = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);

	return value ? value : "";
}

static enum MHD_Result serve_page(struct MHD_Connection *connection, unsigned int status,
	const struct web_request *request, web_page *page)
{
	auto_buf struct buf out = BUF_INIT(WEB_PAGE_MAX);
	struct err err;

	if (!page(request, &out, &err))
		return web_send_failure(connection, &err);
	return web_send_page(connection, status, &out);
}

static enum MHD_Result serve_file(
	struct MHD_Connection *connection, const struct web_request *request, const char *number)
{
	struct web_file file = {.fd = -1, .disposition = BUF_INIT(4096)};
	enum MHD_Result sent;
	struct err err;
	char *end;
	unsigned long nth = strtoul(number, &end, 10);

	if (*number < '0' || *number > '9' || *end || nth > LIMIT_FILES)
		return web_send_short(connection, MHD_HTTP_NOT_FOUND, "not found");
	if (!web_file_open(request, nth, &file, &err)) {
		buf_release(&file.disposition);
		return web_send_failure(connection, &err);
	}
	sent = web_send_file(connection, &file);
	buf_release(&file.disposition);
	return sent;
}

static enum MHD_Result redirect_to_document(
	struct MHD_Connection *connection, const struct web_request *request)
{
	char to[WEB_PATH_MAX];

	(void)snprintf(to, sizeof to, "%s/d/%s", request->base, request->id);
	return web_send_redirect(connection, to);
}

/* What `inbox open` does, but that the browser shows the files. */
static enum MHD_Result serve_open(
	struct MHD_Connection *connection, const struct web_request *request)
{
	auto_db struct db db = {.handle = NULL};
	struct document document;
	struct err err;

	if (!state_open(request->web->config->state, &db, &err) ||
		!inbox_find(&db, request->id, &document, &err) ||
		(strcmp(document.state, "stored") != 0 && !err_set(&err, ERR_DENIED, "it was recalled")) ||
		!inbox_mark_opened(&db, &document, clock_now(clock_system()), &err))
		return web_send_failure(connection, &err);
	return redirect_to_document(connection, request);
}

/* What `reply` does. Who is refused sees why above the form. */
static enum MHD_Result serve_reply(
	struct MHD_Connection *connection, struct web_request *request, const struct web_form *form)
{
	enum MHD_Result sent;
	struct err err;

	if (web_reply_take(request, form, &err))
		return redirect_to_document(connection, request);
	request->problem = err.text;
	sent = serve_page(connection,
		err.kind == ERR_USAGE    ? MHD_HTTP_BAD_REQUEST
		: err.kind == ERR_DENIED ? MHD_HTTP_FORBIDDEN
								 : MHD_HTTP_INTERNAL_SERVER_ERROR,
		request, web_page_document);
	request->problem = "";
	return sent;
}

/* `act` is what the path names below the document. */
static enum MHD_Result serve_act(struct MHD_Connection *connection, struct web_request *request,
	const char *act, const struct web_form *form)
{
	struct err err;

	if (!web_form_is_ours(form, request->web, connection, &err))
		return web_send_failure(connection, &err);
	if (strcmp(act, "/open") == 0)
		return serve_open(connection, request);
	if (strcmp(act, "/reply") == 0)
		return serve_reply(connection, request, form);
	return web_send_short(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "nothing is changed here");
}

/* `path` is below "d/<id>". */
static enum MHD_Result serve_document(struct MHD_Connection *connection,
	struct web_request *request, const char *path, const struct web_form *form)
{
	if (form->posted)
		return serve_act(connection, request, path, form);
	if (*path == '\0')
		return serve_page(connection, MHD_HTTP_OK, request, web_page_document);
	if (strncmp(path, "/f/", 3) == 0)
		return serve_file(connection, request, path + 3);
	return web_send_short(connection, MHD_HTTP_NOT_FOUND, "not found");
}

/* `path` begins with '/', below the language. */
static enum MHD_Result serve_below(struct MHD_Connection *connection, struct web_request *request,
	const char *path, const struct web_form *form)
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
	for (size_t i = 0; i < ARRAY_LEN(pages) && !form->posted; i++) {
		if (strcmp(path, pages[i].path) == 0)
			return serve_page(connection, MHD_HTTP_OK, request, pages[i].page);
	}
	if (strncmp(path, "/d/", 3) == 0 && strspn(path + 3, "0123456789abcdef") == PUB_ID_SIZE - 1) {
		enum MHD_Result done;

		(void)snprintf(id, sizeof id, "%s", path + 3);
		request->id = id;
		done = serve_document(connection, request, path + 3 + strlen(id), form);
		request->id = NULL;
		return done;
	}
	return web_send_short(connection, MHD_HTTP_NOT_FOUND, "not found");
}

/* `path` is what follows the secret, and begins with '/'. */
static enum MHD_Result serve_known(const struct web *web, struct MHD_Connection *connection,
	const char *path, const struct web_form *form)
{
	const char *wish = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept-Language");
	struct web_request request = {.web = web, .id = "", .problem = ""};
	bool post = form->posted;
	char to[WEB_PATH_MAX];

	request.english = strncmp(path, "/en/", 4) == 0;
	if (strcmp(path, "/style.css") == 0 && !post)
		return web_send_text(
			connection, MHD_HTTP_OK, "text/css; charset=utf-8", web_style, strlen(web_style));
	if (strcmp(path, "/icon.svg") == 0 && !post)
		return web_send_text(connection, MHD_HTTP_OK, "image/svg+xml", web_icon, strlen(web_icon));
	if (strcmp(path, "/") == 0 && !post) {
		(void)snprintf(to, sizeof to, "/%s/%s/", web->secret,
			wish && strncmp(wish, "en", 2) == 0 ? "en" : "zh");
		return web_send_redirect(connection, to);
	}
	if (!request.english && strncmp(path, "/zh/", 4) != 0)
		return web_send_short(connection, MHD_HTTP_NOT_FOUND, "not found");
	(void)snprintf(
		request.base, sizeof request.base, "/%s/%s", web->secret, request.english ? "en" : "zh");
	return serve_below(connection, &request, path + 3, form);
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
	const struct web *web = context;
	bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
	const char *path;

	(void)version;
	/* Called first with the headers alone, then with each piece of a body, then to be answered. */
	if (!*state) {
		*state = web_form_new(connection, post);
		return *state ? MHD_YES : MHD_NO;
	}
	if (*upload_len > 0) {
		web_form_take(*state, upload, *upload_len);
		*upload_len = 0;
		return MHD_YES;
	}
	path = host_is_ours(web, connection) ? after_secret(web, url) : NULL;
	if (!path)
		return web_send_short(connection, MHD_HTTP_NOT_FOUND, "not found");
	if (!post && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		return web_send_short(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and POST");
	return serve_known(web, connection, path, *state);
}

static void serve_end(void *context, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode why)
{
	(void)context;
	(void)connection;
	(void)why;
	web_form_free(*state);
	*state = NULL;
}

static void make_secret(char out[static WEB_SECRET_SIZE])
{
	uint8_t secret[WEB_SECRET_BYTES];

	randombytes_buf(secret, sizeof secret);
	(void)sodium_bin2base64(
		out, WEB_SECRET_SIZE, secret, sizeof secret, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool web_start(struct web *web, int port, struct web_server **ret, int *ret_port, struct err *err)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	auto_free struct web_server *server = calloc(1, sizeof *server);

	if (!server)
		return err_set(err, ERR_SYSTEM, "out of memory");
	make_secret(web->secret);
	make_secret(web->token);
	server->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, serve, web,
		MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)WEB_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)WEB_TIMEOUT_S, MHD_OPTION_NOTIFY_COMPLETED,
		serve_end, NULL, MHD_OPTION_END);
	if (!server->daemon)
		return err_errno(err, "cannot listen on port %d of 127.0.0.1", port);
	*ret_port = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
	(void)snprintf(web->hosts[0], WEB_HOST_SIZE, "127.0.0.1:%d", *ret_port);
	(void)snprintf(web->hosts[1], WEB_HOST_SIZE, "localhost:%d", *ret_port);
	for (size_t i = 0; i < ARRAY_LEN(web->hosts); i++)
		(void)snprintf(web->origins[i], WEB_ORIGIN_SIZE, "http://%s", web->hosts[i]);
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
