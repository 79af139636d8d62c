/*
 * What a configuration of Mosquitto must be like for Certwire's promises to hold. The plugin
 * interface shows no setting of the broker, so this runs before it starts.
 */
#ifndef CERTWIRE_CHECK_CHECK_H
#define CERTWIRE_CHECK_CHECK_H

#include "broker-plugins/check/findings.h"
#include "broker-plugins/check/lines.h"
#include "common/macros.h"

/* All rules; `file` is the main file's name, for what is missing. Lines of include_dir come where the
 * broker reads them. */
void check_all(const struct lines *lines, const char *file, struct findings *findings) NONNULL;

/* Settings of the whole broker (check_global.c), listeners (check_listener.c), plugins
 * (check_plugin.c). */
void check_global(const struct lines *lines, const char *file, struct findings *findings) NONNULL;
void check_listeners(
	const struct lines *lines, const char *file, struct findings *findings) NONNULL;
void check_plugins(const struct lines *lines, const char *file, struct findings *findings) NONNULL;

/* As the broker reads one: "true" and "1"; a comment after it does not count. */
bool check_is_true(const char *value) NONNULL;
/* The broker's atoi of the first word; -1 when that is no number from 0 on. */
long long check_number(const char *value) NONNULL;

#endif
