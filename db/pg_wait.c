/* Every wait has a deadline of ours, for a frozen server keeps none of its own. */
#include <errno.h>
#include <poll.h>

#include "common/clock.h"
#include "db/pg_private.h"

int64_t pg_deadline(int timeout_ms)
{
	return timeout_ms < 0 ? INT64_MAX : clock_monotonic_ms() + timeout_ms;
}

static int remaining_ms(int64_t deadline)
{
	int64_t left;

	if (deadline == INT64_MAX)
		return -1;
	left = deadline - clock_monotonic_ms();
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

/* The answer can no longer be told from the next one: the connection is of no use. */
static bool give_up(struct pg *pg, const char *why, struct err *err)
{
	PQfinish(pg->conn);
	pg->conn = NULL;
	return err_set(err, ERR_SYSTEM, "database: %s", why);
}

bool pg_wait(struct pg *pg, short events, int64_t deadline, short *ret_ready, struct err *err)
{
	for (;;) {
		struct pollfd fds[2] = {
			{.fd = PQsocket(pg->conn), .events = events},
			{.fd = pg->interrupt_fd > 0 ? pg->interrupt_fd : -1, .events = POLLIN},
		};
		int ready = poll(fds, 2, remaining_ms(deadline));

		if (ready < 0 && errno != EINTR)
			return err_errno(err, "database: poll");
		if (ready > 0 && fds[1].revents)
			return give_up(pg, "interrupted", err);
		if (ready > 0) {
			*ret_ready = fds[0].revents;
			return true;
		}
		if (deadline != INT64_MAX && clock_monotonic_ms() >= deadline) {
			*ret_ready = 0;
			return true;
		}
	}
}

bool pg_wait_or_give_up(struct pg *pg, short events, int64_t deadline, struct err *err)
{
	short ready = 0;

	if (!pg_wait(pg, events, deadline, &ready, err))
		return false;
	if (!ready)
		return give_up(pg, "no answer in time", err);
	if (ready & ~POLLOUT && !PQconsumeInput(pg->conn))
		return pg_error_connection(pg->conn, "database", err);
	return true;
}
