#include "subscriber/unit.h"

#include "common/cleanup.h"
#include "common/keyfile.h"
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
	if (!unit_open_key(&unit, err) || !state_open(config->state, &unit.db, err) ||
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

	unit_refusal(unit, what, why);
	if (!incident_add(&unit->db, why->code, unit_now(unit), &failed))
		unit_trouble(unit, "count it", &failed);
}

bool quiet_tell(struct quiet quiet[static UNIT_QUIET_KINDS], const char *what, int64_t now_ms,
	int64_t *ret_untold)
{
	struct quiet *slot = &quiet[0];

	for (size_t i = 0; i < UNIT_QUIET_KINDS; i++) {
		if (quiet[i].what && strcmp(quiet[i].what, what) == 0) {
			slot = &quiet[i];
			break;
		}
		/* Else the one that was told longest ago, an unused one first. */
		if (slot->what && (!quiet[i].what || quiet[i].told_at < slot->told_at))
			slot = &quiet[i];
	}
	if (!slot->what || strcmp(slot->what, what) != 0)
		*slot = (struct quiet){.what = what, .told_at = now_ms - UNIT_QUIET_MS};
	if (now_ms - slot->told_at < UNIT_QUIET_MS) {
		slot->untold++;
		return false;
	}
	*ret_untold = slot->untold;
	slot->told_at = now_ms;
	slot->untold = 0;
	return true;
}

/* " (and 12 times more)" */
static const char *untold_text(int64_t untold, char out[static 48])
{
	out[0] = '\0';
	if (untold > 0)
		(void)snprintf(out, 48, " (and %lld times more before)", (long long)untold);
	return out;
}

void unit_trouble(struct unit *unit, const char *what, const struct err *why)
{
	int64_t untold;
	char more[48];

	if (quiet_tell(unit->quiet, what, clock_monotonic_ms(), &untold))
		log_line(&unit->log, LOG_LEVEL_ERROR, "could not %s, will try again: %s%s", what, why->text,
			untold_text(untold, more));
}

void unit_refusal(struct unit *unit, const char *what, const struct err *why)
{
	int64_t untold;
	char more[48];

	if (quiet_tell(unit->quiet, what, clock_monotonic_ms(), &untold))
		log_line(&unit->log, LOG_LEVEL_WARNING, "refused a %s: %d %s%s", what, why->code, why->text,
			untold_text(untold, more));
}
