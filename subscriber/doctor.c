#include "subscriber/doctor.h"

#include "common/json.h"
#include "common/language.h"
#include "common/utf8.h"
#include "subscriber/state.h"
#include "subscriber/verbs.h"

#include <stdio.h>

enum { DETAIL_SIZE = 2048, NAME_WIDTH = 24 };

/* In the order in which one rests on the other. */
static const struct {
	const char *name;
	const char *name_zh;
	doctor_step *step;
	const char *advice;
} steps[] = {
	{LANGUAGE_TEXT("keys"), "密钥", doctor_keys,
		"运行 certwire-unit enroll；密钥文件须归本用户所有、权限为 0600"},
	{LANGUAGE_TEXT("disk"), "磁盘", doctor_disk, "腾出空间、提高 quota，或更正文件夹权限"},
	{LANGUAGE_TEXT("name lookup"), "域名解析", doctor_lookup, "检查 DNS 设置和配置中的服务器地址"},
	{LANGUAGE_TEXT("tcp"), "TCP 连接", doctor_tcp, "检查网络、防火墙和端口"},
	{LANGUAGE_TEXT("tls"), "TLS", doctor_tls,
		"检查 broker_ca 是否为 CNCERT 提供的证书、主机名是否正确；服务器要求设备证书的，检查 "
		"tls_certificate 和 tls_key"},
	{LANGUAGE_TEXT("token"), "令牌", doctor_token,
		"确认本设备已获 CNCERT 认证（certwire-unit enroll --check），并校准时钟"},
	{LANGUAGE_TEXT("subscription"), "订阅", doctor_subscription, "请就资格事宜联系 CNCERT"},
	{LANGUAGE_TEXT("keyset"), "密钥集", doctor_keyset,
		"请联系 CNCERT；根密钥指纹须与电话核对的一致"},
	{LANGUAGE_TEXT("clock"), "时钟", doctor_clock, "校准本机时钟（例如启用 NTP）"},
	{LANGUAGE_TEXT("standing"), "资格", doctor_standing, "请就资格事宜联系 CNCERT"},
	{LANGUAGE_TEXT("last head"), "首部信息", doctor_head,
		"如持续出现，请联系 CNCERT：可能有服务器扣留信息"},
	{LANGUAGE_TEXT("gaps"), "缺漏", doctor_gaps,
		"程序会继续索取；如长时间不补齐，运行 certwire-unit resync"},
};

static const char *const mark_names[] = {"ok", "bad", "unknown"};
static const char *const mark_texts[] = {"ok  ", "BAD ", "--  "};

void doctor_release(struct doctor *doctor)
{
	signing_key_release(&doctor->key);
	db_close(&doctor->db);
	for (size_t i = 0; i < BROKERS_MAX; i++) {
		if (doctor->addresses[i])
			freeaddrinfo(doctor->addresses[i]);
	}
}

/* A device that never ran has no state yet; the steps before are worth walking all the same. */
static bool doctor_open_state(struct doctor *doctor, struct err *err)
{
	const char *dir = doctor->config->state;
	struct err none;

	return !state_open_readonly(dir, &doctor->db, &none) ||
		   health_read(dir, &doctor->db, &doctor->facts, err);
}

static bool doctor_print(
	size_t nth, enum doctor_mark mark, const char *detail, json_t *list, struct err *err)
{
	auto_buf struct buf name = BUF_INIT(256);
	json_t *item;

	if (list) {
		item =
			json_pack("{s:s, s:s, s:s, s:s}", "step", steps[nth].name, "result", mark_names[mark],
				"detail", detail, "what_to_do", mark == DOCTOR_BAD ? steps[nth].advice : "");
		return (item && json_array_append_new(list, item) == 0) ||
			   err_set(err, ERR_SYSTEM, "out of memory, or a text in the state is not UTF-8");
	}
	if (!buf_printf(&name, err, "%s (%s)", steps[nth].name_zh, steps[nth].name))
		return false;
	(void)printf("%s%s", mark_texts[mark], buf_str(&name));
	for (size_t width = utf8_width(buf_str(&name)); width < NAME_WIDTH; width++)
		(void)putchar(' ');
	(void)printf(" %s\n", detail);
	if (mark == DOCTOR_BAD)
		(void)printf("      → %s\n", steps[nth].advice);
	(void)fflush(stdout);
	return true;
}

/* `*ret_breaks_at` is the first step that is bad, or NULL. */
static bool doctor_walk(
	struct doctor *doctor, json_t *list, const char **ret_breaks_at, struct err *err)
{
	const char *breaks_at = NULL;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		char detail[DETAIL_SIZE] = "";
		enum doctor_mark mark = steps[i].step(doctor, detail, sizeof detail);

		if (mark == DOCTOR_BAD && !breaks_at)
			breaks_at = steps[i].name;
		if (!doctor_print(i, mark, detail, list, err))
			return false;
	}
	*ret_breaks_at = breaks_at;
	return true;
}

static bool doctor_print_json(json_t *list, const char *breaks_at, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(256 * 1024);
	auto_json json_t *json = json_pack("{s:O, s:s?}", "steps", list, "breaks_at", breaks_at);

	if (!json)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (!json_write(json, &text, err))
		return false;
	(void)printf("%s\n", buf_str(&text));
	return true;
}

bool verb_doctor(const struct cli_call *call, struct err *err)
{
	auto_config struct config config = {.unit = NULL};
	struct doctor doctor CLEANUP(doctor_release) = {.config = &config, .key = SIGNING_KEY_INIT};
	auto_json json_t *list = cli_has(call, "json") ? json_array() : NULL;
	const char *breaks_at;

	if (!verb_config_as_owner(call, &config, err) || !doctor_open_state(&doctor, err) ||
		!doctor_walk(&doctor, list, &breaks_at, err) ||
		(list && !doctor_print_json(list, breaks_at, err)))
		return false;
	return !breaks_at || err_set(err, ERR_DATA, "it breaks at: %s", language_text(breaks_at));
}
