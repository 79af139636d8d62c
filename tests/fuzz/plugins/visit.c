#include "tests/fuzz/plugins/visit.h"

#include <stdlib.h>
#include <string.h>

#include "common/fingerprint.h"
#include "tests/fixture/fixture.h"
#include "tests/fuzz/plugins/stage.h"

/* What Mosquitto looks up in each of the two. */
int entitlement_mosquitto_plugin_version(int count, const int *versions);
int entitlement_mosquitto_plugin_init(
	mosquitto_plugin_id_t *id, void **userdata, struct mosquitto_opt *options, int count);
int entitlement_mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int count);
int receipts_mosquitto_plugin_init(
	mosquitto_plugin_id_t *id, void **userdata, struct mosquitto_opt *options, int count);
int receipts_mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int count);

/* What the corpus has as a password of PostgreSQL, which must not be logged. */
#define DSN_PASSWORD "hunter2"

/* The broker's name for a plugin: never looked into. */
#define BROKER_ID ((mosquitto_plugin_id_t *)visit)

static char *copy(const char *text)
{
	char *made = strdup(text);

	demand(made != NULL, "there is memory");
	return made;
}

/* Adds the option, or gives it another value. */
static void set(struct mosquitto_opt *options, int *count, const char *name, const char *value)
{
	int i = 0;

	while (i < *count && strcmp(options[i].key, name) != 0)
		i++;
	if (i == OPTIONS_MAX)
		return;
	if (i == *count) {
		options[i].key = copy(name);
		(*count)++;
	} else {
		free(options[i].value);
	}
	options[i].value = value ? copy(value) : NULL;
}

static const char *root_text(void)
{
	static struct fingerprint root;

	if (!root.text[0]) {
		auto_keyset struct keyset *keyset = fixture_keyset();

		root = fingerprint_of(&keyset->root);
	}
	return root.text;
}

static void set_usual(struct mosquitto_opt *options, int *count)
{
	set(options, count, "dsn", "host=/nowhere dbname=certwire");
	set(options, count, "broker_name", FIXTURE_BROKER);
	set(options, count, "root_fingerprint", root_text());
}

struct visit *visit_new(void)
{
	struct visit *visit = calloc(1, sizeof(*visit));

	demand(visit != NULL, "there is memory");
	stage_begin();
	set_usual(visit->entitlement_options, &visit->entitlement_option_count);
	set_usual(visit->receipts_options, &visit->receipts_option_count);
	set(visit->receipts_options, &visit->receipts_option_count, "ring_size", "16");
	visit->people = visit->next = people_at_first(stage()->now.mono_ms);
	return visit;
}

static void free_options(struct mosquitto_opt *options, int count)
{
	for (int i = 0; i < count; i++) {
		free(options[i].key);
		free(options[i].value);
	}
}

void visit_free(struct visit *visit)
{
	if (visit->receipts)
		receipts_mosquitto_plugin_cleanup(visit->receipts, NULL, 0);
	if (visit->entitlement)
		entitlement_mosquitto_plugin_cleanup(visit->entitlement, NULL, 0);
	broker_end();
	knocker_release(&visit->knocker);
	free_options(visit->entitlement_options, visit->entitlement_option_count);
	free_options(visit->receipts_options, visit->receipts_option_count);
	free(visit);
}

void visit_option(struct visit *visit, const struct line *line)
{
	const char *name = line->fields[0] ? line->fields[0] : "";

	if (visit->was_begun)
		return;
	visit->told_elsewhere |=
		strcmp(name, "dsn") != 0 &&
		(strstr(name, DSN_PASSWORD) || (line->fields[1] && strstr(line->fields[1], DSN_PASSWORD)));
	if (line->how[0] == 'r')
		set(visit->receipts_options, &visit->receipts_option_count, name, line->fields[1]);
	else
		set(visit->entitlement_options, &visit->entitlement_option_count, name, line->fields[1]);
}

static void move_in(struct visit *visit)
{
	const struct entitlement_options *options = stage()->loader->options;

	visit->house.max_staleness_ms = options->max_staleness_s * 1000;
	visit->house.require_certificate = options->require_certificate;
	for (size_t i = 0; i < options->broker_names.count; i++) {
		visit->house.has_name[0] |= strcmp(options->broker_names.items[i], FIXTURE_BROKER) == 0;
		visit->house.has_name[1] |= strcmp(options->broker_names.items[i], KNOCK_ELSEWHERE) == 0;
	}
}

bool visit_begin(struct visit *visit)
{
	static const int versions[] = {4, MOSQ_PLUGIN_VERSION, 6};
	int rc;

	if (visit->was_begun)
		return visit->entitlement && visit->receipts;
	visit->was_begun = true;
	broker_keep_secret(visit->told_elsewhere ? NULL : DSN_PASSWORD);
	demand(entitlement_mosquitto_plugin_version(3, versions) == MOSQ_PLUGIN_VERSION &&
			   entitlement_mosquitto_plugin_version(1, versions) == -1,
		"the plugin is for one version of Mosquitto's interface");
	rc = entitlement_mosquitto_plugin_init(BROKER_ID, &visit->entitlement,
		visit->entitlement_options, visit->entitlement_option_count);
	demand((rc == MOSQ_ERR_SUCCESS) == (visit->entitlement != NULL), "a plugin runs or says no");
	rc = receipts_mosquitto_plugin_init(
		BROKER_ID, &visit->receipts, visit->receipts_options, visit->receipts_option_count);
	demand((rc == MOSQ_ERR_SUCCESS) == (visit->receipts != NULL), "a plugin runs or says no");
	if (!visit->entitlement || !visit->receipts)
		return false;
	move_in(visit);
	return true;
}
