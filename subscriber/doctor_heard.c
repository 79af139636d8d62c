/* What CNCERT has said, as far as the state knows. */
#include "subscriber/doctor.h"

#include "common/clock.h"
#include "common/keyring.h"
#include "common/standing.h"
#include "subscriber/keysets.h"

#include <stdio.h>
#include <string.h>

static enum doctor_mark nothing_heard(char *detail, size_t size)
{
	(void)snprintf(detail, size, "尚未收到首部信息");
	return DOCTOR_UNKNOWN;
}

enum doctor_mark doctor_clock(struct doctor *doctor, char *detail, size_t size)
{
	int64_t offset = doctor->facts.clock_offset_s;

	if (!doctor->facts.head)
		return nothing_heard(detail, size);
	if (offset == 0) {
		(void)snprintf(detail, size, "与 CNCERT 相差不超过 %d 秒", LIMIT_CLOCK_SKEW_S);
		return DOCTOR_OK;
	}
	(void)snprintf(detail, size, "本机时钟%s %lld 秒", offset > 0 ? "慢了" : "快了",
		(long long)(offset > 0 ? offset : -offset));
	return DOCTOR_BAD;
}

enum doctor_mark doctor_standing(struct doctor *doctor, char *detail, size_t size)
{
	enum standing standing = STANDING_SUSPENDED;
	char since[CLOCK_TEXT_SIZE];

	if (!doctor->facts.head)
		return nothing_heard(detail, size);
	(void)!standing_parse(doctor->facts.standing, strlen(doctor->facts.standing), &standing);
	(void)snprintf(detail, size, "%s，自 %s 起%s%s", standing_name_zh(standing),
		clock_format(doctor->facts.standing_since, since), *doctor->facts.reason ? "：" : "",
		doctor->facts.reason);
	return standing == STANDING_GOOD ? DOCTOR_OK : DOCTOR_BAD;
}

enum doctor_mark doctor_keyset(struct doctor *doctor, char *detail, size_t size)
{
	auto_keyring struct keyring ring = {.count = 0};
	char until[CLOCK_TEXT_SIZE];
	struct err err;

	keyring_init(&ring, &doctor->config->root);
	if (doctor->facts.keyset == 0) {
		(void)snprintf(detail, size, "尚未收到密钥集");
		return DOCTOR_UNKNOWN;
	}
	if (!keysets_load(&doctor->db, &ring, &err) ||
		!keysets_check_current(&ring, clock_now(clock_system()), &err)) {
		(void)snprintf(detail, size, "%s", err.text);
		return DOCTOR_BAD;
	}
	(void)snprintf(detail, size, "第 %lld 版，有效期至 %s", (long long)doctor->facts.keyset,
		clock_format(keyring_newest(&ring)->expires_at, until));
	return DOCTOR_OK;
}

enum doctor_mark doctor_head(struct doctor *doctor, char *detail, size_t size)
{
	char at[CLOCK_TEXT_SIZE];

	if (!doctor->facts.head)
		return nothing_heard(detail, size);
	if (doctor->facts.gap) {
		(void)snprintf(detail, size, "同步请求没有得到回应（最近一次：%s）",
			doctor->facts.echo_at ? clock_format(doctor->facts.echo_at, at) : "从未");
		return DOCTOR_BAD;
	}
	(void)snprintf(detail, size, "最近一次回应 %s",
		doctor->facts.echo_at ? clock_format(doctor->facts.echo_at, at) : "从未");
	return doctor->facts.echo_at ? DOCTOR_OK : DOCTOR_UNKNOWN;
}

enum doctor_mark doctor_gaps(struct doctor *doctor, char *detail, size_t size)
{
	const struct health_facts *facts = &doctor->facts;
	int64_t missing = facts->announced > facts->last ? facts->announced - facts->last : 0;

	if (!facts->head)
		return nothing_heard(detail, size);
	if (missing > 0 || facts->waiting > 0 || facts->refused > 0) {
		(void)snprintf(detail, size, "还缺 %lld 个条目、%lld 件文件，另有 %lld 件未能接收",
			(long long)missing, (long long)facts->waiting, (long long)facts->refused);
		return DOCTOR_BAD;
	}
	(void)snprintf(detail, size, "条目 1 至 %lld 齐全", (long long)facts->last);
	return DOCTOR_OK;
}
