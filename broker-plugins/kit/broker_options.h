/*
 * Settings as Mosquitto hands them over: `plugin_opt_NAME VALUE`.
 */
#ifndef CERTWIRE_KIT_BROKER_OPTIONS_H
#define CERTWIRE_KIT_BROKER_OPTIONS_H

#include "common/conf.h"
#include "common/err.h"
#include "common/macros.h"

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include <stdbool.h>

/* Sets each; an unknown name, or one given twice, is ERR_USAGE. The caller finishes the conf. */
bool broker_options_set(struct conf *conf, const struct mosquitto_opt *options, int count,
	struct err *err) MUST_USE __attribute__((nonnull(1, 4)));

#endif
