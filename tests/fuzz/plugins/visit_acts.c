#include "tests/fuzz/plugins/visit.h"

#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/part.h"
#include "tests/fixture/fixture.h"
#include "tests/fuzz/plugins/stage.h"

enum { AHEAD_STEP_S = 200, JUMP_S = 3600, PUBLISHES_MAX = 64 };

static struct mosquitto *client_of(const struct line *line)
{
	return broker_clients[line_digit(line, 0, BROKER_CLIENTS_MAX)];
}

/* What the client may do at all now: nothing when the plugins may know nothing of it. */
static unsigned rights_of(const struct visit *visit, const struct mosquitto *client)
{
	unsigned rights = people_rights(&visit->people, client->who);

	if (!client->has_record || client->state != CLIENT_IS_HERE ||
		people_in_doubt(&visit->people, visit->house.max_staleness_ms))
		return 0;
	if (client->who.unit >= 0 &&
		visit->people.units[client->who.unit].devices[client->who.device].has_other_key !=
			client->has_other_key)
		return 0;
	return client->is_in_lobby ? rights & RIGHT_LOBBY : rights;
}

/* A unit's rights are known exactly; of a dispatcher's topics, whose names are foreign, what it may at most. */
static void compare(bool yes, bool may, bool is_dispatcher, const char *what)
{
	demand(may || !yes, what);
	demand(is_dispatcher || yes || !may, what);
}

static void subscribe(const struct visit *visit, struct mosquitto *client, const char *filter)
{
	const struct broker_message asked = {.topic = filter};
	unsigned rights = rights_of(visit, client);
	bool yes = broker_may(client, MOSQ_ACL_SUBSCRIBE, &asked);

	compare(yes, rights && people_may_subscribe(rights, client->who, filter),
		client->who.unit == DISPATCHER, "who subscribes has that right, and who has it may");
}

/* Everybody is asked, whatever they subscribed to: READ must hold by itself. */
static void fan_out(const struct visit *visit, const struct broker_message *message)
{
	for (size_t i = 0; i < BROKER_CLIENTS_MAX; i++) {
		struct mosquitto *client = broker_clients[i];
		unsigned rights = client ? rights_of(visit, client) : 0;

		if (client)
			compare(broker_may(client, MOSQ_ACL_READ, message),
				rights && people_may_read(rights, client->who, message->topic),
				client->who.unit == DISPATCHER, "who reads has that right, and who has it may");
	}
}

static bool is_parcel(const char *topic)
{
	const char *leaf = strrchr(topic, '/');

	return leaf && (strcmp(leaf, "/receipt") == 0 || strcmp(leaf, "/reply") == 0);
}

static void publish(struct visit *visit, struct mosquitto *client, struct broker_message *message)
{
	unsigned rights = rights_of(visit, client);
	bool may = rights && !message->retain && message->qos <= 1 &&
			   people_may_write(rights, client->who, message->topic, message->size);
	bool yes = broker_may(client, MOSQ_ACL_WRITE, message);

	compare(
		yes, may, client->who.unit == DISPATCHER, "who writes has that right, and who has it may");
	if (!yes || !broker_message(client, message))
		return;
	if (is_parcel(message->topic))
		parcels_add(&visit->parcels, client, message->size);
	fan_out(visit, message);
}

static void act_publish(struct visit *visit, struct mosquitto *client, const struct line *line)
{
	static const uint32_t sizes[] = {0, 1, 100, 4096, LIMIT_SYNC_JWS, LIMIT_SYNC_JWS + 1,
		LIMIT_RECEIPT_JWS, LIMIT_RECEIPT_JWS + 1, PART_MESSAGE_BYTES, LIMIT_MQTT_PACKET};
	char *topic = line_field(line, 0, "certwire/v1/unit/good/receipt");
	uint32_t size = sizes[line_digit(line, 2, ARRAY_LEN(sizes))];
	struct broker_message message = {.topic = topic ? topic : "",
		.payload = parcels_payload(size),
		.size = size,
		.qos = line_digit(line, 1, 8) >> 1 & 3,
		.retain = line_digit(line, 1, 2)};
	unsigned times = line->how[3] ? 1 + line_digit(line, 3, PUBLISHES_MAX) : 1;

	while (times-- > 0 && parcels_have_room(&visit->parcels))
		publish(visit, client, &message);
	free(message.payload);
	free(topic);
}

/* Sent after its client is gone, whom the broker no longer lists: Mosquitto asks all the same. */
static void act_will(struct mosquitto *client, const struct line *line)
{
	const struct broker_message message = {
		.topic = line->fields[0] ? line->fields[0] : "certwire/v1/unit/good/sync"};

	broker_disconnect(client, true);
	demand(!broker_may(client, MOSQ_ACL_WRITE, &message), "a will is published to nobody");
}

static void act_client(struct visit *visit, const struct line *line)
{
	struct mosquitto *client = client_of(line);
	const char *filter = line->fields[0] ? line->fields[0] : "certwire/v1/unit/good/+";
	const struct broker_message asked = {.topic = filter};

	if (!client || client->state != CLIENT_IS_HERE)
		return;
	if (line->act == 's')
		subscribe(visit, client, filter);
	else if (line->act == 'u')
		(void)broker_may(client, MOSQ_ACL_UNSUBSCRIBE, &asked);
	else if (line->act == 'p')
		act_publish(visit, client, line);
	else if (line->act == 'w')
		act_will(client, line);
	else
		broker_disconnect(client, line->act == 'D');
}

static void change(struct unit_state *unit, unsigned char what, int64_t now_us)
{
	struct device_state *device = &unit->devices[what & 1];

	unit->is_known = true;
	switch (what) {
	case 'g':
	case 'x':
		unit->is_good = what == 'g';
		break;
	case 'r':
	case 's':
		device->is_revoked = !device->is_revoked;
		break;
	case 'k':
	case 'l':
		device->has_other_key = !device->has_other_key;
		break;
	case 'b':
	case 'c':
		device->has_subject = !device->has_subject;
		break;
	default:
		unit->until_us[what % CHANNELS] = what & 8   ? UNTIL_FOREVER
										  : what & 4 ? now_us + what * US_PER_S
													 : 0;
	}
}

static void act_news(struct visit *visit, const struct line *line)
{
	int unit = (int)line_digit(line, 0, UNITS);
	struct people next = visit->next;

	change(&next.units[unit], line->how[1], stage()->now.wall_us);
	next.good_at_ms = stage()->now.mono_ms;
	if (stage_bring(people_unit(&next, unit), NULL, next.ahead_us))
		visit->next = next;
}

static void act_copy(struct visit *visit, const struct line *line)
{
	struct people next = visit->next;

	next.good_at_ms = stage()->now.mono_ms;
	if (line->act == 'f')
		next.ahead_us = ((int64_t)line_digit(line, 0, 8) - 1) * AHEAD_STEP_S * US_PER_S;
	if (stage_bring(NULL, line->act == 'a' ? people_table_of(&next) : NULL, next.ahead_us))
		visit->next = next;
}

static void pass_ms(int64_t ms)
{
	stage()->now.mono_ms += ms;
	stage()->now.wall_us += ms * 1000;
}

static void act_time(struct visit *visit, const struct line *line)
{
	static const int64_t ms[] = {
		0, 1, 20, 1000, 30000, 61000, 301000, 1000000, 86400000, FIXTURE_YEAR * 1000};

	pass_ms(ms[line_digit(line, 0, ARRAY_LEN(ms))]);
	visit->people = visit->next;
	visit->house.is_reloading = false;
	do {
		stage()->wants_turn = false;
		broker_tick();
		stage_free_spent();
	} while (stage()->wants_turn);
	visit_check_turn(visit);
}

static void act_writer(struct visit *visit, const struct line *line)
{
	if (line->act == 'b')
		parcels_take(&visit->parcels, line_digit(line, 0, BATCH_MAX));
	else if (line->act == 'B')
		parcels_done();
	else
		atomic_store(&stage()->writer->wants_presence, true);
}

static void act_other(struct visit *visit, const struct line *line)
{
	switch (line->act) {
	case 'c':
		knock(&visit->knocker, line, &visit->people, &visit->house);
		break;
	case 'n':
		act_news(visit, line);
		break;
	case 'a':
	case 'f':
		act_copy(visit, line);
		break;
	case 't':
		act_time(visit, line);
		break;
	case 'j':
		stage()->now.wall_us += (line->how[0] == '-' ? -JUMP_S : JUMP_S) * US_PER_S;
		break;
	case 'h':
		visit->house.is_reloading = true;
		broker_reload();
		break;
	case 'b':
	case 'B':
	case 'e':
		act_writer(visit, line);
		break;
	default:
		break;
	}
}

void visit_act(struct visit *visit, const struct line *line)
{
	if (line->act && strchr("dDsupw", line->act))
		act_client(visit, line);
	else
		act_other(visit, line);
	visit_check(visit);
}
