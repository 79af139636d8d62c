#include "tests/fuzz/plugins/knock.h"

#include "common/token.h"
#include "tests/fixture/fixture.h"
#include "tests/fuzz/plugins/certificate.h"
#include "tests/fuzz/plugins/stage.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR_S = 3600, BURST = 32 /* wrong signatures of an address that are verified at least */ };

void knocker_release(struct knocker *knocker)
{
	for (int i = 0; i < TOKENS_KEPT; i++)
		free(knocker->tokens[i].text);
}

/* Changes one byte to another; where and how the password of the script says. */
static void spoil(char *text, const char *password)
{
	size_t at = password && password[0] ? (unsigned char)password[0] : 0;
	unsigned char change = password && password[0] && password[1] ? (unsigned char)password[1] : 1;

	if (password && password[0] && password[1] && password[2])
		at = at * 256 + (unsigned char)password[2];
	at %= strlen(text);
	if ((unsigned char)text[at] == change)
		change = 1;
	text[at] = (char)((unsigned char)text[at] ^ change);
}

static void make(struct knocker *knocker, struct made_token *made, const char *client_id, char kind,
	const char *password)
{
	int64_t shift = kind == 'l' ? -HOUR_S : kind == 'e' ? HOUR_S : 0;
	struct token token = {.issued_at = moment_wall(&stage()->now) + shift};
	auto_buf struct buf text = BUF_INIT(LIMIT_CONNECT_JWT);
	struct err err;

	free(made->text);
	*made = (struct made_token){.who = people_member(client_id), .issued_at = token.issued_at};
	strncpy(token.client_id, client_id, sizeof(token.client_id) - 1);
	memcpy(made->client_id, token.client_id, sizeof(made->client_id));
	strcpy(token.audience, kind == 'o' ? KNOCK_ELSEWHERE : FIXTURE_BROKER);
	token.expires_at = token.issued_at + LIMIT_TOKEN_LIFE_S;
	memcpy(token.id, &knocker->made, sizeof(knocker->made));
	knocker->made++;
	/* Nobody can make one for what is no client id. */
	if (!token_sign(
			&token, people_key(made->who, kind == 's' || made->who.unit == NOBODY), &text, &err))
		return;
	made->text = strdup(buf_str(&text));
	demand(made->text != NULL, "there is memory");
	made->is_by_other_key = kind == 's';
	made->is_for_another = kind == 'o';
	made->is_sound = kind != 'b' && made->who.unit != NOBODY;
	if (kind == 'b')
		spoil(made->text, password);
}

/* The password of that kind; NULL: none. The token it is, if it is one, to `*ret`. */
static const char *choose(struct knocker *knocker, const struct line *line, const char *client_id,
	struct made_token **ret)
{
	struct made_token *token = &knocker->tokens[line_digit(line, 0, TOKENS_KEPT)];
	char kind = (char)line->how[1];

	*ret = NULL;
	if (kind == 'n')
		return NULL;
	if (!kind || !strchr("tosblre", kind))
		return line->fields[3] ? line->fields[3] : "";
	if (kind != 'r')
		make(knocker, token, client_id ? client_id : "", kind, line->fields[3]);
	*ret = token;
	return token->text;
}

static bool times_are_right(const struct made_token *token)
{
	int64_t now = moment_wall(&stage()->now);

	return token->issued_at <= now + LIMIT_CLOCK_SKEW_S &&
		   now - LIMIT_CLOCK_SKEW_S <= token->issued_at + LIMIT_TOKEN_LIFE_S;
}

/* Whether the device's TLS certificate is as it must be. */
static bool certificate_fits(const struct mosquitto *client, const struct people *people,
	const struct house *house, const char *common_name)
{
	bool is_local = client->address && (strncmp(client->address, "127.", 4) == 0 ||
										   strcmp(client->address, "::1") == 0 ||
										   strncmp(client->address, "::ffff:127.", 11) == 0);

	if (!client->certificate)
		return !house->require_certificate || (client->who.unit == DISPATCHER && is_local);
	return client->who.unit >= 0 &&
		   people->units[client->who.unit].devices[client->who.device].has_subject &&
		   strcmp(common_name, PEOPLE_COMMON_NAME) == 0;
}

/* All but whether the token was used, and its times. */
static bool may_come_in(const struct mosquitto *client, const struct made_token *token,
	const struct people *people, const struct house *house, const char *common_name)
{
	const char *unit = client->who.unit == DISPATCHER ? "dispatcher"
					   : client->who.unit >= 0        ? people_units[client->who.unit]
													  : "";

	return token && token->is_sound && house->has_name[token->is_for_another] &&
		   !people_in_doubt(people, house->max_staleness_ms) && client->protocol_version == 5 &&
		   client->clean_start && client->id && strcmp(token->client_id, client->id) == 0 &&
		   client->user_name && strcmp(client->user_name, unit) == 0 &&
		   people_rights(people, client->who) != 0 &&
		   token->is_by_other_key == client->has_other_key &&
		   certificate_fits(client, people, house, common_name);
}

static bool is_here(const struct mosquitto *but)
{
	for (size_t i = 0; i < BROKER_CLIENTS_MAX; i++) {
		const struct mosquitto *client = broker_clients[i];

		if (client && client != but && client->state == CLIENT_IS_HERE && client->has_record &&
			but->id && strcmp(client->id, but->id) == 0)
			return true;
	}
	return false;
}

static bool has_room(void)
{
	for (size_t i = 0; i < BROKER_CLIENTS_MAX; i++)
		if (!broker_clients[i])
			return true;
	return false;
}

/* What came of it, held against what had to. */
struct expectation {
	bool may;
	bool must;
	bool is_late; /* it may, but into the lobby alone */
	bool was_spent;
	bool was_here; /* its device, already */
};

static struct expectation expect(const struct mosquitto *client, const struct made_token *token,
	const struct knocker *knocker, const struct house *house, bool may)
{
	bool is_timely = may && times_are_right(token);

	return (struct expectation){.may = may,
		.must = is_timely && !token->was_tried && !house->is_reloading && knocker->wrong < BURST &&
				has_room(),
		.is_late = may && !is_timely,
		.was_spent = token && token->is_spent,
		.was_here = is_here(client)};
}

static void judge(const struct expectation *expected, bool is_dispatcher, bool yes)
{
	demand(expected->may || !yes, "nobody comes in without a token that is its own");
	demand(yes || !expected->must, "who has a token that is its own comes in");
	demand(!yes || !expected->was_spent || expected->is_late,
		"a token opens more than the lobby once at most");
	demand(!yes || !expected->is_late || (!expected->was_here && !is_dispatcher),
		"an old token pushes out nobody, and is none of a dispatcher");
}

static void try_to_come_in(struct mosquitto *client, struct made_token *token,
	struct knocker *knocker, const struct people *people, const struct house *house, bool may)
{
	struct expectation expected = expect(client, token, knocker, house, may);
	bool is_dispatcher = client->who.unit == DISPATCHER, had_room = has_room(), yes;
	unsigned rights = may ? people_rights(people, client->who) : 0;

	client->has_record = !house->is_reloading;
	client->is_in_lobby = expected.is_late;
	client->had = expected.is_late ? rights & RIGHT_LOBBY : rights;
	yes = broker_connect(client);
	if (house->is_reloading) {
		demand(yes || !had_room, "nobody is refused when the broker reloads");
		return;
	}
	judge(&expected, is_dispatcher, yes);
	knocker->wrong += !yes;
	if (!token)
		return;
	token->was_tried = true;
	token->is_spent = token->is_spent || yes;
}

void knock(struct knocker *knocker, const struct line *line, const struct people *people,
	const struct house *house)
{
	struct mosquitto *client = broker_client_new();
	struct made_token *token;
	const char *password;
	char unit[64] = "";
	bool may;

	client->id = line_field(line, 0, "good.d1");
	if (client->id)
		strncpy(unit, client->id, strcspn(client->id, ".") % sizeof(unit));
	client->user_name = line_field(line, 1, unit);
	client->address = line_field(line, 2, "192.0.2.7");
	client->protocol_version = memchr(line->how + 2, '4', LINE_HOW - 2) ? 4 : 5;
	client->clean_start = !memchr(line->how + 2, 'k', LINE_HOW - 2);
	if (line->fields[4])
		client->certificate = certificate_new(line->fields[4]);
	client->who = people_member(client->id ? client->id : "");
	if (client->who.unit >= 0)
		client->has_other_key =
			people->units[client->who.unit].devices[client->who.device].has_other_key;
	password = choose(knocker, line, client->id, &token);
	client->password = password ? strdup(password) : NULL;
	broker_keep_secret(token ? token->text : NULL);
	may = may_come_in(client, token, people, house, line->fields[4] ? line->fields[4] : "");
	try_to_come_in(client, token, knocker, people, house, may);
	broker_keep_secret(NULL);
}
