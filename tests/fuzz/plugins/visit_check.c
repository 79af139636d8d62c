#include "tests/fuzz/plugins/visit.h"

#include <string.h>

#include "broker-plugins/entitlement/plugin.h"
#include "tests/fuzz/plugins/stage.h"

static void check_sessions(const struct gate *gate)
{
	size_t here = 0;

	for (size_t i = 0; i < BROKER_CLIENTS_MAX; i++) {
		const struct mosquitto *client = broker_clients[i];
		bool has_record = client && client->state == CLIENT_IS_HERE && client->has_record;

		here += has_record;
		demand(!client || (sessions_find(&gate->sessions, client) != NULL) == has_record,
			"who is here has a record, and nobody else");
	}
	demand(gate->sessions.count == here, "there are as many records as clients");
}

static void check_tray(const struct tray *tray, const struct parcels *parcels)
{
	demand(tray->count <= tray->slots && tray->bytes <= TRAY_BYTES_MAX, "the tray is bounded");
	demand(tray_depth(tray) == parcels->end - parcels->begin,
		"what was taken waits for the writer, and nothing else");
}

static void check_text(const char *text, size_t size)
{
	demand(memchr(text, '\0', size) != NULL, "a denial's texts end");
	for (; *text; text++)
		demand(
			(unsigned char)*text >= ' ' && *text != '\x7f', "a denial has no control characters");
}

void visit_check(const struct visit *visit)
{
	const struct plugin *plugin = visit->entitlement;

	check_sessions(&plugin->gate);
	check_tray(stage()->writer->tray, &visit->parcels);
	demand(plugin->denials.count <= DENIALS_MAX, "denials are bounded");
	demand(plugin->gate.replay.count <= REPLAY_MAX, "used tokens are bounded");
}

/* Who may stay: has still all it had when it came in, or better. */
static bool may_stay(const struct visit *visit, const struct mosquitto *client)
{
	const struct people *people = &visit->people;
	bool has_key = client->who.unit < 0 ||
				   people->units[client->who.unit].devices[client->who.device].has_other_key ==
					   client->has_other_key;

	return has_key && !people_in_doubt(people, visit->house.max_staleness_ms) &&
		   !(client->had & ~people_rights(people, client->who));
}

void visit_check_turn(const struct visit *visit)
{
	struct plugin *plugin = visit->entitlement;
	struct denial denial;

	for (size_t i = 0; i < BROKER_CLIENTS_MAX; i++) {
		const struct mosquitto *client = broker_clients[i];

		demand(!client || client->state != CLIENT_IS_HERE || !client->has_record ||
				   may_stay(visit, client),
			"who has lost a right is cut in the turns asked for");
	}
	while (denials_take(&plugin->denials, &denial)) {
		check_text(denial.who, sizeof(denial.who));
		check_text(denial.client_id, sizeof(denial.client_id));
		check_text(denial.topic, sizeof(denial.topic));
		demand(denial.count > 0, "a denial was counted");
	}
}
