/*
 * What is done once in each turn of Mosquitto's loop.
 */
#ifndef CERTWIRE_ENTITLEMENT_TURN_H
#define CERTWIRE_ENTITLEMENT_TURN_H

#include "broker-plugins/entitlement/plugin.h"
#include "common/macros.h"

/* Takes over what the loader has brought. */
void turn_take_news(struct plugin *plugin, const struct moment *now) NONNULL;

/* Writes the loader's lines into the broker's log. */
void turn_write_notes(struct plugin *plugin) NONNULL;

/* All of a turn: news, the clock, cuts, and what is to be told. */
void turn(struct plugin *plugin) NONNULL;

#endif
