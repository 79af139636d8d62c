#include "tests/bench/load/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/load/must.h"

enum { IN_MAX = 256 * 1024, OUT_MAX = 4 * 1024 * 1024, READ_STEP = 64 * 1024 };

int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void client_init(struct client *client, int number)
{
	*client = (struct client){
		.number = number, .fd = -1, .in = BUF_INIT(IN_MAX), .out = BUF_INIT(OUT_MAX)};
}

void client_release(struct client *client)
{
	client_close(client);
	buf_release(&client->in);
	buf_release(&client->out);
}

void client_open(struct client *client, int port, SSL_CTX *context)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1;

	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		give_up("socket: %s", strerror(errno));
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(client->fd, (struct sockaddr *)&to, sizeof(to)) != 0 && errno != EINPROGRESS)
		give_up("connecting to port %d: %s", port, strerror(errno));
	if (!context)
		return;
	client->tls = SSL_new(context);
	if (!client->tls || !SSL_set_fd(client->tls, client->fd))
		give_up("no memory for TLS");
	SSL_set_connect_state(client->tls);
	client->handshaking = true;
}

/* Whether a call that returned `n` has to be made again later. */
static bool comes_later(const struct client *client, ssize_t n)
{
	if (client->tls) {
		int why = SSL_get_error(client->tls, (int)n);

		return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN);
}

bool client_shake(struct client *client)
{
	int done = SSL_do_handshake(client->tls);

	if (done == 1)
		client->handshaking = false;
	return done == 1 || comes_later(client, done);
}

bool client_read(struct client *client)
{
	for (;;) {
		ssize_t n;

		MUST(buf_reserve(&client->in, READ_STEP, &err));
		n = client->tls ? SSL_read(client->tls, client->in.data + client->in.len, READ_STEP)
						: recv(client->fd, client->in.data + client->in.len, READ_STEP, 0);
		if (n <= 0)
			return comes_later(client, n);
		client->in.len += (size_t)n;
		/* TLS may hold more than the socket shows. */
		if (!client->tls || client->in.len > IN_MAX / 2)
			return true;
	}
}

bool client_write(struct client *client)
{
	while (client->sent < client->out.len) {
		const uint8_t *from = client->out.data + client->sent;
		size_t len = client->out.len - client->sent;
		ssize_t n = client->tls ? SSL_write(client->tls, from, (int)len)
								: send(client->fd, from, len, MSG_NOSIGNAL);

		if (n <= 0)
			return comes_later(client, n);
		client->sent += (size_t)n;
	}
	buf_clear(&client->out);
	client->sent = 0;
	return true;
}

void client_consume(struct client *client, size_t size)
{
	if (!size)
		return;
	memmove(client->in.data, client->in.data + size, client->in.len - size);
	client->in.len -= size;
}

void client_close(struct client *client)
{
	if (client->tls)
		SSL_free(client->tls);
	client->tls = NULL;
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}
