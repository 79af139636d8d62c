#include "subscriber/probe.h"

#include "common/cleanup.h"
#include "common/clock.h"
#include "common/language.h"
#include "subscriber/link.h"
#include "subscriber/own_certificate.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool probe_lookup(const struct broker *broker, struct addrinfo **ret, struct err *err)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	char port[8];
	int rc;

	(void)snprintf(port, sizeof port, "%d", broker->port);
	rc = getaddrinfo(broker->host, port, &hints, ret);
	return rc == 0 ||
		   err_set(err, ERR_SYSTEM, "%s: %s", broker->host, language_text(gai_strerror(rc)));
}

static bool probe_wait(int fd, short events, struct err *err)
{
	struct pollfd waiting = {.fd = fd, .events = events};
	int ready = poll(&waiting, 1, PROBE_TIMEOUT_MS);

	if (ready > 0)
		return true;
	errno = ready == 0 ? ETIMEDOUT : errno;
	return err_errno(err, "no answer");
}

static bool probe_connect(const struct addrinfo *address, int *ret_fd, struct err *err)
{
	socklen_t len = sizeof errno;
	auto_fd int fd = socket(
		address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol);
	int failure = 0;

	if (fd < 0)
		return err_errno(err, "cannot make a socket");
	if (connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
		if (errno != EINPROGRESS)
			return err_errno(err, "cannot connect");
		if (!probe_wait(fd, POLLOUT, err))
			return false;
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &len) != 0 || failure) {
			errno = failure ? failure : errno;
			return err_errno(err, "cannot connect");
		}
	}
	*ret_fd = fd;
	fd = -1;
	return true;
}

bool probe_tcp(const struct addrinfo *addresses, int *ret_fd, struct err *err)
{
	for (const struct addrinfo *address = addresses; address; address = address->ai_next) {
		if (probe_connect(address, ret_fd, err))
			return true;
	}
	return false;
}

static void cleanup_ctx(SSL_CTX **ctx)
{
	SSL_CTX_free(*ctx);
}

static void cleanup_ssl(SSL **ssl)
{
	SSL_free(*ssl);
}

/* As libmosquitto does: an address is looked for among the addresses, a name among the names. */
static bool probe_expect_host(SSL *ssl, const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
	return SSL_set_tlsext_host_name(ssl, host) == 1 && SSL_set1_host(ssl, host) == 1;
}

static bool probe_tls_refused(SSL *ssl, struct err *err)
{
	long verify = SSL_get_verify_result(ssl);
	char text[PROBE_WHY_SIZE];

	if (verify != X509_V_OK)
		return err_set(err, ERR_SYSTEM, "its certificate is not to be trusted: %s",
			X509_verify_cert_error_string(verify));
	ERR_error_string_n(ERR_get_error(), text, sizeof text);
	return err_set(err, ERR_SYSTEM, "no TLS there: %s", ERR_QUOTED(text));
}

static bool probe_handshake(SSL *ssl, int fd, struct err *err)
{
	while (true) {
		int rc = SSL_connect(ssl);
		int what = rc == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl, rc);

		if (what == SSL_ERROR_NONE)
			return true;
		if (what != SSL_ERROR_WANT_READ && what != SSL_ERROR_WANT_WRITE)
			return probe_tls_refused(ssl, err);
		if (!probe_wait(fd, what == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, err))
			return false;
	}
}

/* Called when a certificate is asked for and we have none; in TLS 1.3 the refusal would come later. */
static int probe_note_asked(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
	bool *asked = SSL_get_app_data(ssl);

	(void)certificate;
	(void)key;
	*asked = true;
	return 0;
}

static bool probe_load(SSL_CTX *ctx, const struct config *config, struct err *err)
{
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (SSL_CTX_load_verify_locations(ctx, config->broker_ca, NULL) != 1)
		return err_set(err, ERR_SYSTEM, "cannot use the certificates in '%s'", config->broker_ca);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_client_cert_cb(ctx, probe_note_asked);
	SSL_CTX_set_default_passwd_cb(ctx, own_certificate_ask_nobody);
	if (!config->tls_certificate)
		return true;
	if (!own_certificate_check(config, clock_now(clock_system()), err))
		return false;
	return (SSL_CTX_use_certificate_chain_file(ctx, config->tls_certificate) == 1 &&
			   SSL_CTX_use_PrivateKey_file(ctx, config->tls_key, SSL_FILETYPE_PEM) == 1) ||
		   err_set(err, ERR_SYSTEM, "cannot use the certificate in '%s'", config->tls_certificate);
}

bool probe_tls(int fd, const struct broker *broker, const struct config *config, struct err *err)
{
	SSL_CTX *ctx CLEANUP(cleanup_ctx) = SSL_CTX_new(TLS_client_method());
	SSL *ssl CLEANUP(cleanup_ssl) = NULL;
	bool asked = false;
	bool done;

	if (!ctx)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (!probe_load(ctx, config, err))
		return false;
	ssl = SSL_new(ctx);
	if (!ssl || !probe_expect_host(ssl, broker->host) || SSL_set_fd(ssl, fd) != 1 ||
		SSL_set_app_data(ssl, &asked) != 1)
		return err_set(err, ERR_SYSTEM, "out of memory");
	done = probe_handshake(ssl, fd, err);
	if (asked)
		return err_set(err, ERR_DATA,
			"it asks for a certificate of this device: set tls_certificate and tls_key");
	return done;
}

struct probing {
	struct probe_answer *answer;
	bool up;
	bool down;
};

static void probe_up(void *context, const struct broker *broker)
{
	struct probing *probing = context;

	(void)broker;
	probing->up = true;
}

static void probe_down(void *context, const struct broker *broker, const char *why, int64_t wait_ms)
{
	struct probing *probing = context;

	(void)broker;
	(void)wait_ms;
	probing->down = true;
	(void)snprintf(probing->answer->why, sizeof probing->answer->why, "%s", why);
}

static void probe_message(void *context, const struct topic *topic, const void *payload, size_t len)
{
	(void)context;
	(void)topic;
	(void)payload;
	(void)len;
}

bool probe_token(const struct config *config, const struct broker *broker,
	const struct signing_key *key, struct probe_answer *ret, struct err *err)
{
	struct probe_answer answer = {.why = "the broker does not answer"};
	struct probing probing = {.answer = &answer};
	struct link_handler handler = {probe_up, probe_down, probe_message, &probing};
	int64_t until = clock_monotonic_ms() + PROBE_TIMEOUT_MS;
	struct config one = *config;
	struct link *link;

	one.brokers[0] = *broker;
	one.broker_count = 1;
	if (!link_new(&one, clock_system(), key, &handler, &link, err))
		return false;
	while (!probing.down && !(probing.up && link_pending_topics(link) == 0) &&
		   clock_monotonic_ms() < until)
		link_step(link, 100);
	answer.accepted = probing.up && !probing.down;
	answer.refused_topics = link_refused_topics(link);
	link_free(link);
	*ret = answer;
	return true;
}
