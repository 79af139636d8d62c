#include "publisher/dispatch/metrics.h"

#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "db/figures.h"
#include "publisher/dispatch/exposition.h"
#include "publisher/dispatch/metrics_own.h"
#include "publisher/dispatch/metrics_told.h"

enum {
	PAGE_MAX_BYTES = 4 * 1024 * 1024,
	CONNECTIONS = 16,
	TIMEOUT_S = 10,
	ANSWER_TIMEOUT_MS = 2000,
	CONNECT_TIMEOUT_S = 2,
	OVERDUE_S = 24 * 3600, /* as the board has it, unless told otherwise */
};

/* All but what is borrowed belongs to the server's thread, of which there is one. */
struct metrics {
	const struct config *config;
	const struct tally *tally;
	int interrupt_fd;
	struct MHD_Daemon *daemon;
	struct pg *pg;
	struct pg_rows *told; /* NULL: PostgreSQL did not say, the last time that it was asked */
	int64_t read_at_ms; /* monotonic: when it was; 0: never */
	int64_t reads;
};

static bool metrics_ask(struct metrics *metrics, struct err *err)
{
	const struct pg_options options = {
		.connect_timeout_s = CONNECT_TIMEOUT_S,
		.answer_timeout_ms = ANSWER_TIMEOUT_MS,
		.statement_timeout_ms = ANSWER_TIMEOUT_MS,
		.interrupt_fd = metrics->interrupt_fd,
	};

	if (metrics->pg && !pg_is_connected(metrics->pg)) {
		pg_free(metrics->pg);
		metrics->pg = NULL;
	}
	if (!metrics->pg && !pg_connect(metrics->config->settings.dsn, "certwire-dispatch metrics",
							&options, &metrics->pg, err))
		return false;
	return figures_read(metrics->pg, OVERDUE_S, &metrics->told, err);
}

/* Asks PostgreSQL anew when what it said is old. Why it does not say, the dispatcher's log tells. */
static void metrics_refresh(struct metrics *metrics)
{
	int64_t now_ms = clock_monotonic_ms();
	struct err err;

	if (metrics->read_at_ms != 0 && now_ms - metrics->read_at_ms < METRICS_READ_EVERY_MS)
		return;
	pg_rows_free(metrics->told);
	metrics->told = NULL;
	metrics->reads++;
	(void)!metrics_ask(metrics, &err);
	/* After the answer: one that takes long is not asked for all the time. */
	metrics->read_at_ms = clock_monotonic_ms();
}

static bool metrics_page(struct metrics *metrics, struct buf *out, struct err *err)
{
	metrics_refresh(metrics);
	return metrics_own(metrics->tally, metrics->config, out, err) &&
		   exposition_family(out, "ledger_reads_total", "counter",
			   "How often PostgreSQL was asked for what follows.", err) &&
		   exposition_sample(out, "ledger_reads_total", 0, NULL, metrics->reads, err) &&
		   exposition_family(out, "ledger_up", "gauge",
			   "Whether PostgreSQL told it the last time that it was asked.", err) &&
		   exposition_sample(out, "ledger_up", 0, NULL, metrics->told != NULL, err) &&
		   (!metrics->told || metrics_told(metrics->told, out, err));
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned int status,
	const char *type, const void *text, size_t len)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(len, (void *)text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result sent;

	if (!response)
		return MHD_NO;
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	sent = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return sent;
}

static enum MHD_Result send_short(
	struct MHD_Connection *connection, unsigned int status, const char *text)
{
	return send_text(connection, status, "text/plain; charset=utf-8", text, strlen(text));
}

static enum MHD_Result serve(void *context, struct MHD_Connection *connection, const char *url,
	const char *method, const char *http, const char *upload, size_t *upload_len, void **state)
{
	auto_buf struct buf page = BUF_INIT(PAGE_MAX_BYTES);
	struct err err;

	(void)http;
	(void)upload;
	/* Called first with the headers alone, then with each piece of a body, which is dropped. */
	if (!*state || *upload_len > 0) {
		*state = context;
		*upload_len = 0;
		return MHD_YES;
	}
	if (strcmp(url, "/metrics") != 0)
		return send_short(connection, MHD_HTTP_NOT_FOUND, "only /metrics is here\n");
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		return send_short(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET\n");
	if (!metrics_page(context, &page, &err))
		return send_short(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
	return send_text(
		connection, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", page.data, page.len);
}

bool metrics_start(const struct config *config, const struct tally *tally, int interrupt_fd,
	struct metrics **ret, struct err *err)
{
	const struct sockaddr *address = (const struct sockaddr *)&config->metrics;
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD;
	struct metrics *metrics;

	*ret = NULL;
	if (!config->settings.metrics)
		return true;
	metrics = calloc(1, sizeof *metrics);
	if (!metrics)
		return err_set(err, ERR_SYSTEM, "out of memory for the metrics");
	metrics->config = config;
	metrics->tally = tally;
	metrics->interrupt_fd = interrupt_fd;
	if (address->sa_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	metrics->daemon = MHD_start_daemon(flags, 0, NULL, NULL, serve, metrics, MHD_OPTION_SOCK_ADDR,
		address, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)TIMEOUT_S, MHD_OPTION_END);
	if (!metrics->daemon) {
		free(metrics);
		return err_errno(err, "metrics: cannot listen on %s", config->settings.metrics);
	}
	*ret = metrics;
	return true;
}

void metrics_stop(struct metrics *metrics)
{
	if (!metrics)
		return;
	MHD_stop_daemon(metrics->daemon);
	pg_rows_free(metrics->told);
	pg_free(metrics->pg);
	free(metrics);
}
