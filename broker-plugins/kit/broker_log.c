#include "broker-plugins/kit/broker_log.h"

#include <mosquitto.h>
#include <mosquitto_broker.h>

#include <stdarg.h>
#include <stdio.h>

enum { LINE_SIZE = 1024 };

static int level_of(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return MOSQ_LOG_ERR;
	case LOG_LEVEL_WARNING:
		return MOSQ_LOG_WARNING;
	case LOG_LEVEL_INFO:
		/* Notices are what brokers are commonly set to show. */
		return MOSQ_LOG_NOTICE;
	default:
		return MOSQ_LOG_DEBUG;
	}
}

void broker_log(enum log_level level, const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	mosquitto_log_printf(level_of(level), "%s", line);
}
