/*
 * Random acts of administrators on a real database; after each, what the entitlement plugin answers
 * from its copy, and what a head would tell, equals what certwire.why answers, for every unit and topic. The loader is the
 * plugin's own, thread, LISTEN and all; only Mosquitto is not there: its questions are asked here.
 *
 * Usage: test_model [SEED [ACTS]], with a database that model.sql prepared in the environment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker-plugins/entitlement/loader.h"
#include "common/clock.h"
#include "common/topic.h"
#include "db/pg.h"
#include "tests/unit/broker/gate_fixture.h"

enum { UNITS = 6, CHANNELS = 4, ACTS = 2000, TRIES = 5, DEADLINE_MS = 30000, NOTIFY_EVERY = 4 };

static const char *const units[UNITS] = {"bing", "ding", "ji", "jia", "wu", "yi"};
static const char *const channels[CHANNELS] = {"monthly", "opportunity", "seminar", "weekly"};

/* What is so of one unit. */
struct truth {
	bool allows[CHANNELS];
	bool told[CHANNELS]; /* by a head */
	bool good;
	int64_t at_us;
};

struct model {
	struct pg *pg;
	struct loader loader;
	struct gate gate;
	struct truth seen[UNITS]; /* what held when the unit's session was let in */
	char last[512]; /* the act that was done last */
	int64_t done;
	int64_t compared;
};

static struct moment moment_at(int64_t wall_us)
{
	return (struct moment){.wall_us = wall_us, .mono_ms = clock_monotonic_ms()};
}

/* What the broker's log would have. */
static void write_note(enum log_level level, const char *text)
{
	if (level == LOG_LEVEL_ERROR || level == LOG_LEVEL_WARNING)
		(void)fprintf(stderr, "%s\n", text);
}

static struct delta *next_news(struct model *model)
{
	struct delta *spent = gate_spent(&model->gate);

	if (spent)
		loader_give_back(&model->loader, spent);
	return loader_take(&model->loader, gate_takes_whole(&model->gate));
}

static void take_news(struct model *model)
{
	struct moment now = moment_at(clock_wall_us());
	struct delta *delta;

	while ((delta = next_news(model)))
		if (gate_apply(&model->gate, delta, &now))
			loader_give_back(&model->loader, delta);
	gate_tick(&model->gate, &now);
	notes_drain(&model->loader.notes, write_note);
}

/*
 * Until the copy answers for a question that was asked after `since_ms`. The act's own notification
 * may have been answered just before that: others make the loader ask again.
 */
static void catch_up(struct model *model, int64_t since_ms)
{
	int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS;

	for (int i = 1; !model->gate.table || model->gate.good_at_ms <= since_ms; i++) {
		take_news(model);
		worker_wait(&model->loader.worker, -1, 1);
		if (i % NOTIFY_EVERY == 0)
			FIXTURE_MUST(pg_exec(
				model->pg, "SELECT pg_notify('certwire_entitlement', '')", NULL, NULL, &err));
		if (clock_monotonic_ms() > deadline_ms)
			fixture_abort("the copy does not catch up after", model->last);
	}
}

static void read_truth(struct model *model, int unit, struct truth *ret)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, units[unit]);
	FIXTURE_MUST(
		pg_exec(model->pg, "SELECT channel, allows, good, us, told FROM m.truth(ARRAY[$1::text])",
			&params, &rows, &err));
	if (pg_row_count(rows) != CHANNELS)
		fixture_abort("truth", units[unit]);
	for (int i = 0; i < CHANNELS; i++) {
		if (strcmp(pg_text(rows, i, 0), channels[i]) != 0)
			fixture_abort("truth", pg_text(rows, i, 0));
		ret->allows[i] = pg_bool(rows, i, 1);
		ret->good = pg_bool(rows, i, 2);
		ret->told[i] = pg_bool(rows, i, 4);
		if (pg_is_null(rows, i, 4))
			fixture_abort("a head says nothing of", channels[i]);
		ret->at_us = pg_int(rows, i, 3);
	}
}

/* Prints the difference when `say`. */
static bool agrees(const struct model *model, int unit, const char *what, const char *topic,
	bool is, bool ought, bool say)
{
	if (is != ought && say)
		(void)fprintf(stderr, "after %s: %s %s %s: the plugin says %s, why says %s\n", model->last,
			units[unit], what, topic, is ? "yes" : "no", ought ? "yes" : "no");
	return is == ought;
}

static bool check(struct model *model, int unit, enum access access, const char *topic, bool ought,
	const struct moment *now, bool say)
{
	static const char *const names[] = {
		[ACCESS_READ] = "reads", [ACCESS_WRITE] = "writes", [ACCESS_SUBSCRIBE] = "subscribes to"};
	struct session *session = sessions_find(&model->gate.sessions, units[unit]);

	model->compared++;
	return agrees(model, unit, names[access], topic,
		gate_fixture_may(&model->gate, session, access, topic, 100, now) == AUTHORIZE_YES, ought,
		say);
}

static bool check_own_topics(
	struct model *model, int unit, const struct truth *truth, const struct moment *now, bool say)
{
	static const struct {
		enum access access;
		const char *leaf;
		bool in_lobby;
	} own[] = {
		{ACCESS_READ, "head", true},
		{ACCESS_READ, "keyset", true},
		{ACCESS_READ, "offer", false},
		{ACCESS_READ, "part", false},
		{ACCESS_SUBSCRIBE, "head", true},
		{ACCESS_SUBSCRIBE, "offer", false},
		{ACCESS_SUBSCRIBE, "+", false},
		{ACCESS_WRITE, "sync", true},
		{ACCESS_WRITE, "receipt", false},
		{ACCESS_WRITE, "reply", false},
	};
	bool same = true;
	char topic[128];

	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		(void)snprintf(topic, sizeof(topic), "certwire/v1/unit/%s/%s", units[unit], own[i].leaf);
		same &= check(model, unit, own[i].access, topic, own[i].in_lobby || truth->good, now, say);
		(void)snprintf(
			topic, sizeof(topic), "certwire/v1/unit/%s/%s", units[(unit + 1) % UNITS], own[i].leaf);
		same &= check(model, unit, own[i].access, topic, false, now, say);
	}
	return same;
}

static bool check_others(struct model *model, int unit, const struct moment *now, bool say)
{
	static const char *const never[] = {"#", "$SYS/#", "$SYS/broker/uptime", "certwire/v1/#",
		"certwire/v1/unit/+/head", "certwire/v1/channel/daily", "certwire/v1/channel/#",
		"$share/g/certwire/v1/channel/weekly", "weekly", "certwire/v2/channel/weekly"};
	bool same = true;

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		same &= check(model, unit, ACCESS_SUBSCRIBE, never[i], false, now, say);
	return same;
}

static bool check_unit(struct model *model, int unit, const struct truth *truth, bool say)
{
	struct moment now = moment_at(truth->at_us);
	bool all = true;
	bool same = true;
	char topic[128];

	for (int i = 0; i < CHANNELS; i++) {
		(void)snprintf(topic, sizeof(topic), "certwire/v1/channel/%s", channels[i]);
		same &= check(model, unit, ACCESS_READ, topic, truth->allows[i], &now, say);
		same &= check(model, unit, ACCESS_SUBSCRIBE, topic, truth->allows[i], &now, say);
		same &= check(model, unit, ACCESS_WRITE, topic, false, &now, say);
		same &= agrees(model, unit, "is told by its head that it reads", topic, truth->told[i],
			truth->allows[i], say);
		all = all && truth->allows[i];
	}
	same &= check(model, unit, ACCESS_SUBSCRIBE, "certwire/v1/channel/+", all, &now, say);
	return check_own_topics(model, unit, truth, &now, say) && same &&
		   check_others(model, unit, &now, say);
}

/* Whether one who had `before` lost something of it. */
static bool has_lost(const struct truth *before, const struct truth *after)
{
	for (int i = 0; i < CHANNELS; i++)
		if (before->allows[i] && !after->allows[i])
			return true;
	return before->good && !after->good;
}

/*
 * A right may begin or end between the two questions; then they are asked again. Who lost a right
 * since it was let in is to be cut; whoever is cut comes back, and everybody else stays: for one
 * client a broker remembers no more tokens than REPLAY_CLIENT_MAX.
 */
static void compare(struct model *model, int unit)
{
	struct session *session = sessions_find(&model->gate.sessions, units[unit]);
	bool is_new = !session;
	bool was_cut = false;
	char client_id[CLIENT_ID_SIZE];
	struct truth truth;
	struct moment now;

	for (int attempt = 1;; attempt++) {
		bool is_told;

		read_truth(model, unit, &truth);
		now = moment_at(truth.at_us);
		gate_tick(&model->gate, &now);
		was_cut = was_cut || (session && session->cut == CUT_RIGHT);
		is_told = is_new || was_cut || !has_lost(&model->seen[unit], &truth);
		if (!session || session->cut != CUT_NONE)
			session = gate_fixture_let_in(
				&model->gate, units[unit], ident_client_id(units[unit], "d1", client_id), &now);
		if (check_unit(model, unit, &truth, attempt == TRIES) && is_told)
			break;
		if (attempt < TRIES)
			continue;
		if (!is_told)
			fixture_abort("one that lost a right is not cut after", model->last);
		exit(EXIT_FAILURE);
	}
	model->seen[unit] = truth;
}

static void act(struct model *model)
{
	auto_rows struct pg_rows *rows = NULL;
	struct pg_params params = PG_PARAMS_INIT;

	FIXTURE_MUST(pg_exec_one(model->pg, "SELECT call FROM m.act()", &params, &rows, &err));
	if (!pg_is_null(rows, 0, 0)) {
		(void)snprintf(model->last, sizeof(model->last), "%s", pg_text(rows, 0, 0));
		model->done++;
		catch_up(model, clock_monotonic_ms());
	}
	for (int i = 0; i < UNITS; i++)
		compare(model, i);
}

static void put_keyset(struct model *model)
{
	struct pg_params params = PG_PARAMS_INIT;
	struct keyset *keyset = fixture_keyset();
	auto_buf struct buf jws = BUF_INIT(LIMIT_KEYSET_JWS);
	struct digest digest;

	keyset->issued_at = clock_now(clock_system()) - 60;
	keyset->expires_at = keyset->issued_at + FIXTURE_YEAR;
	for (size_t i = 0; i < keyset->key_count; i++) {
		keyset->keys[i].not_before = keyset->issued_at;
		keyset->keys[i].not_after = keyset->expires_at;
		keyset->keys[i].since = keyset->issued_at;
	}
	fixture_keyset_jws(keyset, "root", &jws);
	digest = digest_of(jws.data, jws.len);
	pg_param_text(&params, buf_str(&jws));
	pg_param_bytes(&params, digest.bytes, sizeof(digest.bytes));
	pg_param_time(&params, keyset->issued_at);
	pg_param_time(&params, keyset->expires_at);
	FIXTURE_MUST(pg_exec(
		model->pg, "SELECT certwire.put_keyset(1, $1, $2, $3, $4, NULL)", &params, NULL, &err));
	keyset_free(keyset);
}

static void certify(struct model *model, const char *unit)
{
	auto_signing_key struct signing_key registrar = fixture_key("registrar");
	auto_buf struct buf jws = BUF_INIT(4096);
	struct device_certificate certificate = fixture_certificate();
	struct pg_params params = PG_PARAMS_INIT;
	char client_id[CLIENT_ID_SIZE];
	struct signing_key key = fixture_key(ident_client_id(unit, "d1", client_id));

	(void)snprintf(certificate.unit, sizeof(certificate.unit), "%s", unit);
	certificate.public = key.public;
	certificate.not_before = clock_now(clock_system()) - 60;
	certificate.not_after = certificate.not_before + FIXTURE_YEAR / 2;
	FIXTURE_MUST(device_certificate_sign(&certificate, &registrar, &jws, &err));
	pg_param_text(&params, unit);
	pg_param_text(&params, key.kid);
	pg_param_text(&params, buf_str(&jws));
	pg_param_time(&params, certificate.not_before);
	pg_param_time(&params, certificate.not_after);
	FIXTURE_MUST(pg_exec(model->pg, "SELECT certwire.certify_device($1, 'd1', $2, $3, $4, $5)",
		&params, NULL, &err));
	signing_key_release(&key);
}

int main(int argc, char **argv)
{
	static char dsn[] = "";
	static char broker[] = FIXTURE_BROKER;
	static char *names[] = {broker, NULL};
	static struct denials denials;
	static struct pulse pulse;
	static struct model model;
	struct signing_key root = fixture_key("root");
	struct entitlement_options options = {.dsn = dsn,
		.broker_names = {.items = names, .count = 1},
		.max_staleness_s = 60,
		.poll_interval_s = 1,
		.reload_interval_s = 5,
		.root = fingerprint_of(&root.public)};
	struct gate_limits limits = {
		.audiences = options.broker_names, .max_staleness_ms = 60000, .read_deadline_ms = 60000};
	struct pg_params params = PG_PARAMS_INIT;
	const char *seed = argc > 1 ? argv[1] : "0.2026";
	int acts = argc > 2 ? atoi(argv[2]) : ACTS;

	signing_key_release(&root);
	FIXTURE_MUST(pg_connect("", "test_model", NULL, &model.pg, &err));
	put_keyset(&model);
	for (int i = 0; i < UNITS; i++)
		certify(&model, units[i]);
	pg_param_text(&params, seed);
	FIXTURE_MUST(pg_exec(model.pg, "SELECT setseed($1::float)", &params, NULL, &err));
	FIXTURE_MUST(denials_init(&denials, &err));
	FIXTURE_MUST(gate_init(&model.gate, &limits, &err));
	FIXTURE_MUST(loader_start(&model.loader, &options, &denials, &pulse, &err));
	catch_up(&model, 0);
	for (int round = 0; round < acts; round++)
		act(&model);
	(void)printf("seed %s: %lld acts done of %d, %lld answers compared\n", seed,
		(long long)model.done, acts, (long long)model.compared);
	if (!loader_stop(&model.loader))
		fixture_abort("loader_stop", "the thread does not end");
	gate_release(&model.gate);
	denials_release(&denials);
	pg_free(model.pg);
	return model.done < acts / 4;
}
