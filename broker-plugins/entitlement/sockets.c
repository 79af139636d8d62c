#include "broker-plugins/entitlement/sockets.h"

#include "common/cleanup.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

/* The kernel lowers it to net.core.somaxconn. */
enum { BACKLOG = 4096 };

static int socket_option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : -1;
}

static bool is_tcp_listener(int fd)
{
	int domain = socket_option(fd, SO_DOMAIN);

	return (domain == AF_INET || domain == AF_INET6) && socket_option(fd, SO_ACCEPTCONN) == 1 &&
		   socket_option(fd, SO_TYPE) == SOCK_STREAM;
}

static void tune(int fd, int64_t user_timeout_ms)
{
	unsigned int timeout = (unsigned int)user_timeout_ms;

	/* Either failing leaves the socket as Mosquitto made it: slower to cut, no less safe. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
	(void)listen(fd, BACKLOG);
}

size_t sockets_tune(int64_t user_timeout_ms)
{
	auto_dir DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	size_t count = 0;

	while (dir && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || !is_tcp_listener(fd))
			continue;
		tune(fd, user_timeout_ms);
		count++;
	}
	return count;
}
