/*
 * What each of our plugins is to Mosquitto: its name, its beginning, its end and its callbacks. The
 * three functions that Mosquitto looks up are in broker_entry.c, which is compiled into each plugin.
 * All of it runs on the loop's thread.
 */
#ifndef CERTWIRE_KIT_BROKER_ENTRY_H
#define CERTWIRE_KIT_BROKER_ENTRY_H

#include "common/err.h"
#include "common/macros.h"

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include <stdbool.h>
#include <stddef.h>

struct plugin;

struct broker_callback {
	int event;
	MOSQ_FUNC_generic_callback function;
};

/* Each plugin defines these. */
extern const char plugin_name[];

/* New; NULL when memory is short. */
struct plugin *plugin_new(mosquitto_plugin_id_t *id, struct err *err) MUST_USE NONNULL;
bool plugin_start(struct plugin *plugin, const struct mosquitto_opt *options, int count,
	struct err *err) MUST_USE __attribute__((nonnull(1, 4)));
/* Also of one that did not start. */
void plugin_free(struct plugin *plugin) NONNULL;

/* `userdata` is what the callbacks are given. */
bool broker_callbacks_register(mosquitto_plugin_id_t *id, const struct broker_callback *callbacks,
	size_t count, void *userdata, struct err *err) MUST_USE NONNULL;
/* Those that were never registered are passed over. */
void broker_callbacks_unregister(
	mosquitto_plugin_id_t *id, const struct broker_callback *callbacks, size_t count) NONNULL;

#endif
