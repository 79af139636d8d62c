/*
 * What the plugin's parts share: all of it belongs to the loop's thread, but for what the loader says
 * of itself.
 */
#ifndef CERTWIRE_ENTITLEMENT_PLUGIN_H
#define CERTWIRE_ENTITLEMENT_PLUGIN_H

#include "broker-plugins/entitlement/cut.h"
#include "broker-plugins/entitlement/gate.h"
#include "broker-plugins/entitlement/loader.h"
#include "broker-plugins/entitlement/options.h"
#include "broker-plugins/entitlement/pulse.h"
#include "broker-plugins/kit/denials.h"
#include "broker-plugins/kit/waker.h"
#include "common/clock.h"
#include "common/conf.h"

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include <stdbool.h>

struct plugin {
	mosquitto_plugin_id_t *id;
	struct entitlement_options options;
	struct conf conf;
	struct gate_limits limits;
	struct gate gate;
	struct denials denials;
	struct pulse pulse;
	struct loader loader;
	struct cutter cutter;
	struct waker waker; /* while clients are left to be looked at or cut */
	bool has_thread;
	bool has_ticked;
	bool is_in_doubt; /* as the log was last told */
};

static inline struct moment moment_now(void)
{
	return (struct moment){.wall_us = clock_wall_us(), .mono_ms = clock_monotonic_ms()};
}

#endif
