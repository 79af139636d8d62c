/*
 * What Mosquitto asks, translated into questions to the gate.
 */
#ifndef CERTWIRE_ENTITLEMENT_CALLBACKS_H
#define CERTWIRE_ENTITLEMENT_CALLBACKS_H

#include "broker-plugins/entitlement/plugin.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>

bool callbacks_register(struct plugin *plugin, struct err *err) MUST_USE NONNULL;

/* Those that were never registered are passed over. */
void callbacks_unregister(struct plugin *plugin) NONNULL;

#endif
