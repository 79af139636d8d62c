/* The way to the brokers. A step is well when it is for every broker in the list. */
#include "subscriber/doctor.h"

#include "common/cleanup.h"
#include "common/language.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What was seen of each broker, put one after the other into the line of a step. */
struct walk {
	enum doctor_mark mark;
	char *detail;
	size_t size;
	size_t used;
};

static void walk_add(struct walk *walk, enum doctor_mark mark, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static void walk_add(struct walk *walk, enum doctor_mark mark, const char *fmt, ...)
{
	va_list args;
	int n;

	if (walk->mark == DOCTOR_UNKNOWN || mark == DOCTOR_BAD)
		walk->mark = mark;
	if (walk->used > 0 && walk->used < walk->size)
		walk->used += (size_t)snprintf(walk->detail + walk->used, walk->size - walk->used, "；");
	if (walk->used >= walk->size)
		return;
	va_start(args, fmt);
	n = vsnprintf(walk->detail + walk->used, walk->size - walk->used, fmt, args);
	va_end(args);
	walk->used += n > 0 ? (size_t)n : 0;
}

static struct walk walk_begin(char *detail, size_t size)
{
	*detail = '\0';
	return (struct walk){.mark = DOCTOR_UNKNOWN, .detail = detail, .size = size};
}

enum doctor_mark doctor_lookup(struct doctor *doctor, char *detail, size_t size)
{
	struct walk walk = walk_begin(detail, size);
	char address[64];
	struct err err;

	for (size_t i = 0; i < doctor->config->broker_count; i++) {
		const struct broker *broker = &doctor->config->brokers[i];
		struct addrinfo *found;

		if (!probe_lookup(broker, &doctor->addresses[i], &err)) {
			doctor->addresses[i] = NULL;
			walk_add(&walk, DOCTOR_BAD, "%s", err.text);
			continue;
		}
		found = doctor->addresses[i];
		(void)!getnameinfo(
			found->ai_addr, found->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST);
		walk_add(&walk, DOCTOR_OK, "%s: %s", broker->host, address);
	}
	return walk.mark;
}

enum doctor_mark doctor_tcp(struct doctor *doctor, char *detail, size_t size)
{
	struct walk walk = walk_begin(detail, size);
	struct err err;

	for (size_t i = 0; i < doctor->config->broker_count; i++) {
		const struct broker *broker = &doctor->config->brokers[i];
		auto_fd int fd = -1;

		if (!doctor->addresses[i])
			continue;
		doctor->reached[i] = probe_tcp(doctor->addresses[i], &fd, &err);
		if (doctor->reached[i])
			walk_add(&walk, DOCTOR_OK, "%s", broker->name);
		else
			walk_add(&walk, DOCTOR_BAD, "%s: %s", broker->name, err.text);
	}
	return walk.mark;
}

enum doctor_mark doctor_tls(struct doctor *doctor, char *detail, size_t size)
{
	struct walk walk = walk_begin(detail, size);
	struct err err;

	for (size_t i = 0; i < doctor->config->broker_count; i++) {
		const struct broker *broker = &doctor->config->brokers[i];
		auto_fd int fd = -1;

		if (!doctor->reached[i])
			continue;
		if (!broker->tls) {
			walk_add(&walk, DOCTOR_OK, "%s: 本机地址，不使用 TLS", broker->name);
			continue;
		}
		doctor->reached[i] = probe_tcp(doctor->addresses[i], &fd, &err) &&
							 probe_tls(fd, broker, doctor->config, &err);
		if (doctor->reached[i])
			walk_add(&walk, DOCTOR_OK, "%s", broker->name);
		else
			walk_add(&walk, DOCTOR_BAD, "%s: %s", broker->name, err.text);
	}
	return walk.mark;
}

/* A second connection of this device would end the daemon's, so its word is taken. */
static enum doctor_mark token_of_daemon(const struct doctor *doctor, struct walk *walk)
{
	char reason[1024];

	if (doctor->facts.connected)
		walk_add(walk, DOCTOR_OK, "运行中的程序已连接 %s", doctor->facts.broker);
	else
		walk_add(walk, DOCTOR_BAD, "运行中的程序未连接 %s：%s", doctor->facts.broker,
			language_stored(reason, sizeof reason, doctor->facts.line_reason));
	return walk->mark;
}

enum doctor_mark doctor_token(struct doctor *doctor, char *detail, size_t size)
{
	struct walk walk = walk_begin(detail, size);
	char reason[1024];
	struct err err;

	if (doctor->facts.running)
		return token_of_daemon(doctor, &walk);
	for (size_t i = 0; i < doctor->config->broker_count && doctor->has_key; i++) {
		const struct broker *broker = &doctor->config->brokers[i];
		struct probe_answer answer;

		if (!doctor->reached[i])
			continue;
		if (!probe_token(doctor->config, broker, &doctor->key, &answer, &err)) {
			walk_add(&walk, DOCTOR_BAD, "%s: %s", broker->name, err.text);
			continue;
		}
		if (answer.accepted) {
			walk_add(&walk, DOCTOR_OK, "%s 接受了本设备的令牌", broker->name);
			doctor->answer = answer;
		} else {
			walk_add(&walk, DOCTOR_BAD, "%s: %s", broker->name,
				language_stored(reason, sizeof reason, answer.why));
		}
	}
	return walk.mark;
}

enum doctor_mark doctor_subscription(struct doctor *doctor, char *detail, size_t size)
{
	bool known = doctor->facts.running ? doctor->facts.connected && doctor->facts.echo_at > 0
									   : doctor->answer.accepted;
	int refused =
		doctor->facts.running ? doctor->facts.refused_topics : doctor->answer.refused_topics;

	*detail = '\0';
	if (!known)
		return DOCTOR_UNKNOWN;
	if (refused > 0) {
		(void)snprintf(detail, size, "%d 个主题被拒绝：本单位目前只能读取首部信息", refused);
		return DOCTOR_BAD;
	}
	(void)snprintf(detail, size, "本单位的全部主题均可订阅");
	return DOCTOR_OK;
}
