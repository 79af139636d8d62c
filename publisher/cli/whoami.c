#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "db/editor_office.h"
#include "publisher/cli/keychain.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/signer.h"
#include "publisher/cli/verbs.h"

const struct cli_option whoami_options[] = {
	{"key", "FILE", "your key file", false},
	{"json", NULL, "print JSON", false},
	{0},
};

static bool print_text(
	const struct editor_login *login, const struct signer *signer, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);
	auto_buf struct buf key = BUF_INIT(OUTPUT_MAX);
	bool bound = login->kid && strcmp(login->kid, signer->kid) == 0;

	if (!buf_append_str(&text, "登录 login\n", err) ||
		!output_field(&text, 8, "登录名", login->login, err) ||
		!output_field(&text, 8, "角色", login->roles ? login->roles : "none 无", err) ||
		!output_field(&text, 8, "绑定密钥", login->kid ? login->kid : "none 无", err))
		return false;
	if (signer->path &&
		(!buf_printf(&key, err, "%s %s %s，%s，%s", role_name(signer->file.role), signer->file.name,
			 signer->kid, bound ? "bound to this login 已绑定" : "not bound to this login 未绑定",
			 keychain_has(signer->kid) ? "unlocked 已解锁" : "locked 未解锁") ||
			!output_field(&text, 8, "密钥文件", buf_str(&key), err)))
		return false;
	return output_text(&text, err);
}

bool verb_whoami(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_signer struct signer signer = SIGNER_INIT;
	auto_rows struct pg_rows *rows = NULL;
	struct editor_login login;

	if (!session_init(&session, call, err) || !session_connect(&session, err) ||
		!editor_login(session.pg, &rows, &login, err) ||
		(session.settings.key && !signer_load_unlisted(&session, &signer, err)))
		return false;
	if (!cli_has(call, "json"))
		return print_text(&login, &signer, err);
	return output_json(
		json_pack("{s:s, s:s?, s:s?, s:s?, s:s*, s:b}", "login", login.login, "roles", login.roles,
			"kid", login.kid, "key_role", login.key_role, "file", signer.path ? signer.kid : NULL,
			"unlocked", signer.path && keychain_has(signer.kid)),
		err);
}
