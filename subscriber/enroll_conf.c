/* The half of enroll.h that makes a configuration, or completes one. */
#include "subscriber/enroll.h"

#include "common/cleanup.h"
#include "common/file.h"
#include "subscriber/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENROLL_ANSWER_MAX = 512 };

/* Asks a person, when one is there to answer. */
static bool enroll_ask(const char *question, char answer[static ENROLL_ANSWER_MAX], struct err *err)
{
	if (!isatty(STDIN_FILENO))
		return err_set(err, ERR_USAGE, "%s: say it with an option, see 'enroll --help'", question);
	(void)fprintf(stderr, "%s: ", question);
	if (!fgets(answer, ENROLL_ANSWER_MAX, stdin))
		return err_set(err, ERR_USAGE, "%s: no answer", question);
	answer[strcspn(answer, "\n")] = '\0';
	return true;
}

/* The one thing on which all else rests: a person says once that it is the one of the phone. */
static bool enroll_confirm(const struct cli_call *call, const char *root, struct err *err)
{
	struct fingerprint fingerprint;
	char said[ENROLL_ANSWER_MAX];

	if (!fingerprint_parse(root, &fingerprint, err))
		return err_context(err, "root fingerprint");
	if (cli_has(call, "root"))
		return true;
	(void)fprintf(stderr, "\n  %.23s\n  %s\n\n", fingerprint.text, fingerprint.text + 24);
	if (!enroll_ask(
			"is this what CNCERT reads to you over the phone? (与电话中一致吗) yes/no", said, err))
		return false;
	if (strcmp(said, "yes") == 0 || strcmp(said, "y") == 0 || strcmp(said, "是") == 0)
		return true;
	return err_set(err, ERR_DENIED, "the root's fingerprint was not confirmed: nothing was made");
}

static bool enroll_state_dir(const struct cli_call *call, char **ret, struct err *err)
{
	const char *given = cli_value(call, "state");
	const char *base = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int n = -1;

	if (given) {
		*ret = *given == '/' ? strdup(given) : NULL;
		n = *given == '/' ? (*ret ? 0 : -1)
						  : asprintf(ret, "%s/%s", getcwd((char[4096]){0}, 4096), given);
	} else if (base && *base == '/') {
		n = asprintf(ret, "%s/certwire", base);
	} else if (home && *home == '/') {
		n = asprintf(ret, "%s/.local/state/certwire", home);
	} else {
		return err_set(err, ERR_USAGE, "HOME is not set: name the state folder with --state");
	}
	return n >= 0 || err_set(err, ERR_SYSTEM, "out of memory");
}

/* Whether the line says "# key =", the place that is kept for it. */
static bool enroll_is_place(const char *line, const char *key)
{
	size_t len = strlen(key);

	if (*line != '#')
		return false;
	line += 1 + strspn(line + 1, " \t");
	if (strncmp(line, key, len) != 0)
		return false;
	line += len;
	return line[strspn(line, " \t")] == '=';
}

/* Puts "key = value" in its place, or at the end. */
static bool enroll_fill(struct buf *text, const char *key, const char *value, struct err *err)
{
	auto_free char *old = buf_steal_str(text);
	bool placed = false;

	if (!old)
		return err_set(err, ERR_SYSTEM, "out of memory");
	buf_init(text, CONF_TEXT_MAX);
	for (const char *line = old; *line;) {
		size_t len = strcspn(line, "\n");

		len += line[len] == '\n';
		if (!placed && enroll_is_place(line, key)) {
			placed = true;
			if (!buf_printf(text, err, "%s = %s\n", key, value))
				return false;
		} else if (!buf_append(text, line, len, err)) {
			return false;
		}
		line += len;
	}
	return placed || buf_printf(text, err, "%s%s = %s\n",
						 text->len && text->data[text->len - 1] != '\n' ? "\n" : "", key, value);
}

/* What the line says for a key, or else a person; nothing when it is given already. */
static bool enroll_need(const struct cli_call *call, struct buf *text, const char *given,
	const char *key, const char *option, const char *question, struct err *err)
{
	char answer[ENROLL_ANSWER_MAX];
	const char *said = cli_value(call, option);

	if (given)
		return true;
	if (!said && !enroll_ask(question, answer, err))
		return false;
	if (!said)
		said = answer;
	if (strcmp(key, "root_fingerprint") == 0 && !enroll_confirm(call, said, err))
		return false;
	return enroll_fill(text, key, said, err);
}

static bool enroll_need_brokers(
	const struct cli_call *call, struct buf *text, const struct config *lacking, struct err *err)
{
	auto_buf struct buf brokers = BUF_INIT(CONF_TEXT_MAX);
	char answer[ENROLL_ANSWER_MAX];

	if (lacking->broker.count)
		return true;
	for (size_t i = 0; cli_value_at(call, "broker", i); i++) {
		if (!buf_printf(&brokers, err, "%s%s", i ? ", " : "", cli_value_at(call, "broker", i)))
			return false;
	}
	if (!brokers.len && (!enroll_ask("broker (服务器 host:port)", answer, err) ||
							!buf_append_str(&brokers, answer, err)))
		return false;
	if (!enroll_fill(text, "broker", buf_str(&brokers), err))
		return false;
	/* With TLS somebody must vouch for it. */
	if (lacking->broker_ca ||
		(!cli_has(call, "broker-ca") && !strstr(buf_str(&brokers), "mqtts://")))
		return true;
	return enroll_need(call, text, NULL, "broker_ca", "broker-ca",
		"file with the CA of the broker's certificate (服务器证书的 CA 文件)", err);
}

/* Adds to `text` what it lacks. */
static bool enroll_complete(
	const struct cli_call *call, const struct config *lacking, struct buf *text, struct err *err)
{
	auto_free char *state = NULL;

	if (!enroll_need(call, text, lacking->unit, "unit", "unit", "unit (单位标识)", err) ||
		!enroll_need(call, text, lacking->device, "device", "device", "device (设备标识)", err) ||
		!enroll_need_brokers(call, text, lacking, err) ||
		!enroll_need(call, text, lacking->root_fingerprint, "root_fingerprint", "root",
			"root fingerprint (根密钥指纹)", err))
		return false;
	if (!lacking->state &&
		(!enroll_state_dir(call, &state, err) || !enroll_fill(text, "state", state, err)))
		return false;
	return !cli_has(call, "inbox") || lacking->inbox ||
		   enroll_fill(text, "inbox", cli_value(call, "inbox"), err);
}

static bool enroll_is_complete(const struct config *config)
{
	return config->unit && config->device && config->state && config->broker.count &&
		   config->root_fingerprint;
}

/* Whether it can be written is known before anything is asked. */
static bool enroll_may_write(const char *path, bool exists, struct err *err)
{
	if (!exists || access(path, W_OK) == 0)
		return true;
	return err_errno(err,
		"'%s' lacks settings, and cannot be completed: do this as the user who may write it", path);
}

static bool enroll_write(const char *path, const struct buf *text, bool exists, struct err *err)
{
	auto_free char *folder = strdup(path);

	if (!folder)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (exists)
		return file_write_atomic(path, text->data, text->len, 0644, err);
	*strrchr(folder, '/') = '\0';
	return (*folder == '\0' || file_mkdirs(folder, 0700, err)) &&
		   file_write_new(path, text->data, text->len, 0644, err);
}

bool enroll_configure(
	const struct cli_call *call, const char *path, struct config *ret, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(CONF_TEXT_MAX);
	auto_config struct config lacking = {.unit = NULL};
	auto_config struct config check = {.unit = NULL};
	bool exists = access(path, F_OK) == 0;

	if (exists && !file_read(path, CONF_TEXT_MAX, &text, err))
		return false;
	if (!exists && !buf_append_str(&text, "# certwire-unit\n", err))
		return false;
	if (!config_read_text(path, buf_str(&text), text.len, &lacking, err))
		return false;
	/* What the file lacks may be in the environment. */
	if (exists && verb_config_file(call, path, ret, err))
		return true;
	if (exists && enroll_is_complete(&lacking))
		return false;
	return enroll_may_write(path, exists, err) && enroll_complete(call, &lacking, &text, err) &&
		   (exists || config_comment(&text, err)) &&
		   config_parse(path, buf_str(&text), text.len, &check, err) &&
		   enroll_write(path, &text, exists, err) && verb_config_file(call, path, ret, err);
}
