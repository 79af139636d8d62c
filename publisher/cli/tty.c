#include "publisher/cli/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>

#include "common/cleanup.h"
#include "common/file.h"
#include "common/language.h"

enum { KEY_CTRL_C = 3, KEY_CTRL_D = 4, KEY_BACKSPACE = 8, KEY_CTRL_U = 21, KEY_DELETE = 127 };

static bool tty_open(const char *instead, int *ret, struct err *err)
{
	*ret = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*ret < 0)
		return err_set(
			err, ERR_USAGE, "there is no terminal to ask on; give %s", language_text(instead));
	return true;
}

bool tty_is_there(void)
{
	auto_fd int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	return fd >= 0;
}

static bool say(int fd, const char *text, struct err *err)
{
	return file_write_all(fd, text, strlen(text), "/dev/tty", err);
}

static bool read_key(int fd, uint8_t *ret, struct err *err)
{
	for (;;) {
		ssize_t n = read(fd, ret, 1);

		if (n == 1)
			return true;
		if (n == 0)
			return err_set(
				err, ERR_USAGE, "the terminal was closed before an answer; nothing was done");
		if (errno != EINTR)
			return err_errno(err, "cannot read from the terminal");
	}
}

/* Drops one character, which in UTF-8 may be several bytes. */
static void drop_character(struct secret *line)
{
	while (line->len > 0) {
		uint8_t byte = line->bytes[--line->len];

		line->bytes[line->len] = 0;
		if ((byte & 0xc0) != 0x80)
			return;
	}
}

static void drop_all(struct secret *line)
{
	while (line->len > 0)
		line->bytes[--line->len] = 0;
}

/* One key into the line; `*ret_done` at its end. The key lands in guarded memory before it is seen. */
static bool take_key(int fd, struct secret *line, bool *ret_done, struct err *err)
{
	uint8_t *key = line->bytes + line->len;

	if (!read_key(fd, key, err))
		return false;
	*ret_done = *key == '\r' || *key == '\n';
	switch (*key) {
	case '\r':
	case '\n':
		break;
	case KEY_CTRL_C:
	case KEY_CTRL_D:
		return err_set(err, ERR_USAGE, "given up at the passphrase; nothing was done");
	case KEY_BACKSPACE:
	case KEY_DELETE:
		drop_character(line);
		break;
	case KEY_CTRL_U:
		drop_all(line);
		break;
	default:
		if (line->len == TTY_PASSPHRASE_MAX)
			return err_set(err, ERR_USAGE, "a passphrase has at most %d bytes; nothing was done",
				TTY_PASSPHRASE_MAX);
		line->len++;
	}
	return true;
}

static bool read_hidden(int fd, struct secret *line, struct err *err)
{
	bool done = false;

	line->len = 0;
	while (!done)
		if (!take_key(fd, line, &done, err))
			return false;
	line->bytes[line->len] = 0;
	if (line->len == 0)
		return err_set(err, ERR_USAGE, "an empty passphrase; nothing was done");
	return true;
}

bool tty_passphrase(const char *prompt, const char *instead, struct secret **ret, struct err *err)
{
	auto_fd int fd = -1;
	auto_secret struct secret *line = secret_new(TTY_PASSPHRASE_MAX + 1, err);
	struct termios before, hidden;

	if (!line || !tty_open(instead, &fd, err))
		return false;
	if (tcgetattr(fd, &before) != 0)
		return err_errno(err, "cannot hide what is typed");
	hidden = before;
	/* Key by key, signals as plain keys: we always come back to make the terminal show again. */
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG | IEXTEN);
	hidden.c_cc[VMIN] = 1;
	hidden.c_cc[VTIME] = 0;
	/* Hidden before the prompt is seen: whatever answers the prompt is never shown. */
	if (tcsetattr(fd, TCSAFLUSH, &hidden) != 0)
		return err_errno(err, "cannot hide what is typed");
	bool ok = say(fd, prompt, err) && read_hidden(fd, line, err);

	(void)tcsetattr(fd, TCSADRAIN, &before);
	struct err ignored;
	(void)!say(fd, "\n", &ignored);
	if (!ok)
		return false;
	*ret = TAKE(line);
	return true;
}

bool tty_line(
	const char *prompt, const char *instead, char out[static TTY_LINE_SIZE], struct err *err)
{
	auto_fd int fd = -1;
	size_t len = 0;
	uint8_t key = 0;

	if (!tty_open(instead, &fd, err) || !say(fd, prompt, err))
		return false;
	while (read_key(fd, &key, err)) {
		if (key == '\n') {
			out[len] = '\0';
			return true;
		}
		if (len == TTY_LINE_SIZE - 1)
			return err_set(err, ERR_USAGE, "an answer has at most %d bytes; nothing was done",
				TTY_LINE_SIZE - 1);
		out[len++] = (char)key;
	}
	/* What is said next begins a line of its own. */
	struct err ignored;
	(void)!say(fd, "\n", &ignored);
	return false;
}
