#include "subscriber/unit.h"

#include "common/cleanup.h"
#include "common/keyfile.h"
#include "common/seal.h"
#include "subscriber/incident.h"
#include "subscriber/keysets.h"
#include "subscriber/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool unit_open_spool(struct unit *unit, struct err *err)
{
	auto_free char *path = NULL;

	if (asprintf(&path, "%s/spool", unit->config->state) < 0) {
		path = NULL;
		return err_set(err, ERR_SYSTEM, "out of memory");
	}
	return spool_open(path, &unit->spool, err);
}

static bool unit_open_key(struct unit *unit, struct err *err)
{
	auto_free char *path = NULL;

	if (asprintf(&path, "%s/device.key", unit->config->state) < 0) {
		path = NULL;
		return err_set(err, ERR_SYSTEM, "out of memory");
	}
	return keyfile_load_unprotected(path, ROLE_DEVICE, &unit->key, err);
}

bool unit_open(
	const struct config *config, const struct clock *clock, struct unit *ret, struct err *err)
{
	auto_unit struct unit unit = {
		.config = config,
		.clock = clock,
		.key = SIGNING_KEY_INIT,
		.spool = {.dir = -1},
	};

	log_init(&unit.log);
	unit.log.level = config->log_level;
	keyring_init(&unit.ring, &config->root);
	unit.content_key = secret_new(GRANT_PLAIN_BYTES, err);
	if (!unit.content_key || !unit_open_key(&unit, err) ||
		!state_open(config->state, &unit.db, err) ||
		!state_bind(&unit.db, config->unit, config->device, &config->root, err) ||
		!keysets_load(&unit.db, &unit.ring, err) || !unit_open_spool(&unit, err))
		return false;
	*ret = unit;
	unit = (struct unit){.key = SIGNING_KEY_INIT, .spool = {.dir = -1}};
	return true;
}

void unit_close(struct unit *unit)
{
	db_close(&unit->db);
	keyring_release(&unit->ring);
	signing_key_release(&unit->key);
	secret_free(unit->content_key);
	spool_close(&unit->spool);
}

int64_t unit_now(const struct unit *unit)
{
	return clock_now(unit->clock);
}

int64_t unit_true_now(const struct unit *unit)
{
	return clock_now(unit->clock) + unit->clock_offset_s;
}

void unit_incident(struct unit *unit, const char *what, const struct err *why)
{
	struct err failed;

	log_line(&unit->log, LOG_LEVEL_WARNING, "refused a %s: %d %s", what, why->code, why->text);
	if (!incident_add(&unit->db, why->code, unit_now(unit), &failed))
		unit_trouble(unit, "count it", &failed);
}

void unit_trouble(struct unit *unit, const char *what, const struct err *why)
{
	int64_t held_back;

	if (!troubles_note(&unit->troubles, what, unit_now(unit), &held_back))
		return;
	if (held_back == 0)
		log_line(&unit->log, LOG_LEVEL_ERROR, "could not %s, will try again: %s", what, why->text);
	else
		log_line(&unit->log, LOG_LEVEL_ERROR,
			"could not %s (%lld times more since this was last said), will try again: %s", what,
			(long long)held_back, why->text);
}
