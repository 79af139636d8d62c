#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/language.h"
#include "common/utf8.h"
#include "db/editor_office.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/signer.h"
#include "publisher/cli/verbs.h"
#include "publisher/cli/when.h"

const struct cli_option doctor_options[] = {
	{"key", "FILE", "your key file", false},
	{"json", NULL, "print JSON", false},
	{0},
};

enum {
	CHECKS_MAX = 12,
	DETAIL_SIZE = 600,
	DAY_S = 86400,
	EXPIRY_WARNING_DAYS = 30,
	SKEW_MAX_S = 60
};

/* Red needs somebody before anything can go out; yellow soon. */
enum light { GREEN, YELLOW, RED };

struct check {
	const char *what;
	enum light light;
	char detail[DETAIL_SIZE];
	const char *todo; /* NULL when green */
};

struct doctor {
	struct session session;
	struct keyring ring;
	const struct keyset *keyset; /* NULL: none that can be used */
	struct check checks[CHECKS_MAX];
	size_t count;
};

static void doctor_release(struct doctor *doctor)
{
	keyring_release(&doctor->ring);
	session_release(&doctor->session);
}

static void PRINTF_LIKE(5, 6) note(struct doctor *doctor, const char *what, enum light light,
	const char *todo, const char *fmt, ...)
{
	struct check *check = &doctor->checks[doctor->count++];
	va_list args;

	check->what = what;
	check->light = light;
	check->todo = light == GREEN || !todo ? NULL : language_text(todo);
	va_start(args, fmt);
	(void)vsnprintf(check->detail, sizeof check->detail, language_text(fmt), args);
	va_end(args);
}

static void check_database(struct doctor *doctor)
{
	struct err err;

	if (session_connect(&doctor->session, &err))
		note(doctor, "数据库 database", GREEN, NULL, "connected");
	else
		note(doctor, "数据库 database", RED,
			"is PostgreSQL running, and dsn in the configuration right? try: psql", "%s", err.text);
}

static void check_clock(struct doctor *doctor, const struct editor_login *login)
{
	int64_t off = doctor->session.now - login->at;

	note(doctor, "时钟 clock", llabs(off) > SKEW_MAX_S ? RED : GREEN,
		"set this machine's clock (chrony or systemd-timesyncd)", "%lld s off the database's",
		(long long)off);
}

static void check_role(struct doctor *doctor, const struct editor_login *login)
{
	bool fine =
		login->roles && (strstr(login->roles, "editor") || strstr(login->roles, "registrar"));

	note(doctor, "角色 role", fine ? GREEN : RED,
		"the operator runs: GRANT certwire_editor TO your login", "%s: %s", login->login,
		login->roles ? login->roles : language_text("none"));
}

static void check_login(struct doctor *doctor)
{
	auto_rows struct pg_rows *rows = NULL;
	struct editor_login login;
	struct err err;

	if (!editor_login(doctor->session.pg, &rows, &login, &err)) {
		note(doctor, "角色 role", RED, "the operator runs: GRANT certwire_editor TO your login",
			"%s", err.text);
		return;
	}
	check_role(doctor, &login);
	check_clock(doctor, &login);
	note(doctor, "绑定 binding", login.kid ? GREEN : RED,
		"an administrator calls certwire.bind_key('<kid>', '<login>', 'editor')", "%s",
		login.kid ? login.kid : language_text("no key is bound to this login"));
}

static void check_keyset(struct doctor *doctor)
{
	char time[WHEN_TEXT_SIZE];
	struct err err;

	if (!session_trust(&doctor->session, &doctor->ring, &doctor->keyset, &err)) {
		note(doctor, "密钥集 keyset", RED,
			"have the root sign a new keyset, then: certwire keyset import FILE", "%s", err.text);
		return;
	}
	int64_t left = doctor->keyset->expires_at - doctor->session.now;

	note(doctor, "密钥集 keyset", left < (int64_t)EXPIRY_WARNING_DAYS * DAY_S ? YELLOW : GREEN,
		"it ends soon: have the root sign the next: certwire keyset make --previous",
		"version %lld, until %s", (long long)doctor->keyset->version,
		when_format(doctor->keyset->expires_at, time));
}

static void check_key(struct doctor *doctor)
{
	auto_signer struct signer signer = SIGNER_INIT;
	struct err err;

	if (signer_load(&doctor->session, doctor->keyset, ROLE_EDITOR, &signer, &err))
		note(doctor, "密钥 key", GREEN, NULL, "%s %s", signer.file.name, signer.kid);
	else
		note(doctor, "密钥 key", RED,
			"give --key FILE, or key in the configuration; the root lists it", "%s", err.text);
}

static const struct {
	const char *what;
	const char *label;
	const char *todo;
} parts[] = {
	{"dispatcher", "分发程序 dispatcher",
		LANGUAGE_TEXT("nothing is sent until it runs again: systemctl status certwire-dispatch")},
	{"certwire_entitlement", "代理 brokers",
		LANGUAGE_TEXT(
			"no broker reads entitlements, so nobody can connect: systemctl status mosquitto")},
	{"certwire_receipts", "回执 receipts",
		LANGUAGE_TEXT("no broker puts receipts, so nobody is seen to have anything: systemctl "
					  "status mosquitto")},
	{"schema", "模式 schema", ""},
};

static void check_parts(struct doctor *doctor)
{
	auto_rows struct pg_rows *rows = NULL;
	struct err err;

	if (!editor_health(doctor->session.pg, &rows, &err)) {
		note(doctor, "运行 running", RED, "migrate the database: certwire-db migrate", "%s",
			err.text);
		return;
	}
	for (int i = 0; i < pg_row_count(rows); i++)
		for (size_t n = 0; n < ARRAY_LEN(parts); n++)
			if (strcmp(pg_text(rows, i, EDITOR_HEALTH_WHAT), parts[n].what) == 0) {
				const char *detail = pg_text(rows, i, EDITOR_HEALTH_DETAIL);

				note(doctor, parts[n].label, pg_bool(rows, i, EDITOR_HEALTH_FINE) ? GREEN : RED,
					parts[n].todo, "%s", detail ? detail : language_text("never ran"));
			}
}

/* Said only when there is something: most databases were never restored. */
static void check_lost(struct doctor *doctor)
{
	auto_rows struct pg_rows *rows = NULL;
	struct err err;

	if (!editor_lost(doctor->session.pg, "", &rows, &err))
		note(doctor, "丢失 lost", RED, "migrate the database: certwire-db migrate", "%s", err.text);
	else if (pg_row_count(rows) > 0)
		note(doctor, "丢失 lost", YELLOW,
			"draft and issue their numbers again, saying which document is void",
			"a restore lost %d that units hold, the first is %.8s (%d units)", pg_row_count(rows),
			pg_text(rows, 0, EDITOR_LOST_PUBLICATION), (int)pg_int(rows, 0, EDITOR_LOST_UNITS));
}

static void examine(struct doctor *doctor)
{
	check_database(doctor);
	if (!doctor->session.pg)
		return;
	check_login(doctor);
	check_keyset(doctor);
	if (doctor->keyset)
		check_key(doctor);
	check_parts(doctor);
	check_lost(doctor);
}

static const char *light_name(enum light light)
{
	static const char *const names[] = {"ok", "soon", "bad"};

	return names[light];
}

static bool print_text(const struct doctor *doctor, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	for (size_t i = 0; i < doctor->count; i++) {
		const struct check *check = &doctor->checks[i];

		if (!buf_printf(&text, err, "%-4s  ", light_name(check->light)) ||
			!utf8_cell(&text, check->what, 20, err) ||
			!buf_printf(&text, err, "  %s%s%s\n", ERR_QUOTED(check->detail),
				check->todo ? " → " : "", check->todo ? check->todo : ""))
			return false;
	}
	return output_text(&text, err);
}

static bool print_json(const struct doctor *doctor, struct err *err)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < doctor->count; i++) {
		const struct check *check = &doctor->checks[i];

		if (json_array_append_new(list,
				json_pack("{s:s, s:s, s:s, s:s?}", "what", check->what, "state",
					light_name(check->light), "detail", check->detail, "todo", check->todo)) != 0)
			return err_set(err, ERR_SYSTEM, "out of memory");
	}
	return output_json(TAKE(list), err);
}

bool verb_doctor(const struct cli_call *call, struct err *err)
{
	CLEANUP(doctor_release)
	struct doctor doctor = {.session = SESSION_INIT};
	size_t bad = 0;

	if (!session_init(&doctor.session, call, err))
		return false;
	examine(&doctor);
	if (!(cli_has(call, "json") ? print_json(&doctor, err) : print_text(&doctor, err)))
		return false;
	for (size_t i = 0; i < doctor.count; i++)
		bad += doctor.checks[i].light == RED;
	return bad == 0 || err_set(err, ERR_SYSTEM,
						   "%zu of %zu are not as they must be; what to do stands after each →",
						   bad, doctor.count);
}
