/*
 * Why a device is as it is, in a sentence; each for one word of `status`.
 */
#ifndef CERTWIRE_SUBSCRIBER_HEALTH_SAY_H
#define CERTWIRE_SUBSCRIBER_HEALTH_SAY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/macros.h"
#include "subscriber/health.h"

/* Writes the sentence; what CNCERT or a program said is cited as it was said. */
typedef void health_say(const struct health_facts *facts, bool english, char *out, size_t size);

health_say health_say_stopped;
health_say health_say_gap;
health_say health_say_offline;
health_say health_say_standing;
health_say health_say_clock;
health_say health_say_disk;
health_say health_say_refused;
health_say health_say_late;
health_say health_say_idle;
health_say health_say_ok;

#endif
