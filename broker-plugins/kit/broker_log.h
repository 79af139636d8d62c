/*
 * The broker's log. For the loop's thread alone.
 */
#ifndef CERTWIRE_KIT_BROKER_LOG_H
#define CERTWIRE_KIT_BROKER_LOG_H

#include "common/log.h"
#include "common/macros.h"

void broker_log(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3) NONNULL;

#endif
