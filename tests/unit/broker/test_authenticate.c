#include "tests/unit/test.h"

#include "common/refusal.h"
#include "tests/unit/broker/attempt.h"

static void assert_refused_with(struct gate *gate, const struct attempt *attempt, int code)
{
	struct connect_verdict verdict = try(gate, attempt);

	assert_int_equal(verdict.code, code);
	assert_false(verdict.let_in);
	assert_null(sessions_find(&gate->sessions, &clients[0]));
}

static int setup(void **state)
{
	struct gate *gate = calloc(1, sizeof(*gate));

	gate_fixture(gate);
	*state = gate;
	return 0;
}

static int teardown(void **state)
{
	gate_release(*state);
	free(*state);
	return 0;
}

static void a_device_with_its_token_is_let_in_and_has_a_record(void **state)
{
	struct attempt own = attempt("good.d1", "good");
	struct connect_verdict verdict = try(*state, &own);
	struct gate *gate = *state;

	assert_true(verdict.let_in);
	assert_int_equal(verdict.code, 0);
	assert_string_equal(sessions_find(&gate->sessions, &clients[0])->client_id, "good.d1");
	assert_true(sessions_have(&gate->sessions, "good", "d1"));
}

static void a_dispatcher_is_let_in_by_its_key_in_the_keyset(void **state)
{
	struct attempt own = attempt("dispatcher.a", "dispatcher");

	own.signer = "dispatcher";
	assert_true(try(*state, &own).let_in);
}

static void a_dispatcher_whose_key_is_no_dispatchers_is_refused(void **state)
{
	struct attempt forged = attempt("dispatcher.a", "dispatcher");

	forged.signer = "editor 1";
	assert_refused_with(*state, &forged, REFUSAL_TOKEN_DEVICE);
	forged.signer = "dispatcher compromised";
	assert_refused_with(*state, &forged, REFUSAL_TOKEN_DEVICE);
	forged.signer = "good.d1";
	assert_refused_with(*state, &forged, REFUSAL_TOKEN_DEVICE);
}

static void what_is_no_token_is_refused(void **state)
{
	static const char *const passwords[] = {"", "x", "a.b.c", "....", "e30.e30.e30"};
	struct attempt own = attempt("good.d1", "good");

	for (size_t i = 0; i < ARRAY_LEN(passwords); i++) {
		own.password = passwords[i];
		assert_refused_with(*state, &own, REFUSAL_TOKEN_MALFORMED);
	}
}

static void a_client_without_name_or_password_is_refused(void **state)
{
	struct attempt nobody = attempt("good.d1", NULL);

	nobody.password = "x";
	assert_refused_with(*state, &nobody, REFUSAL_TOKEN_CLIENT);
	nobody = attempt(NULL, "good");
	nobody.password = "x";
	assert_refused_with(*state, &nobody, REFUSAL_TOKEN_CLIENT);
}

static void another_units_key_does_not_open_the_door(void **state)
{
	struct attempt forged = attempt("good.d1", "good");

	forged.signer = "all.d1";
	assert_refused_with(*state, &forged, REFUSAL_TOKEN_DEVICE);
}

static void a_client_id_that_is_not_the_users_is_refused(void **state)
{
	struct attempt other = attempt("all.d1", "good");

	assert_refused_with(*state, &other, REFUSAL_TOKEN_CLIENT);
	other = attempt("good.d1", "all");
	assert_refused_with(*state, &other, REFUSAL_TOKEN_CLIENT);
}

static void unknown_and_revoked_devices_are_refused(void **state)
{
	struct attempt stranger = attempt("good.d9", "good");

	assert_refused_with(*state, &stranger, REFUSAL_TOKEN_DEVICE);
	stranger = attempt("nobody.d1", "nobody");
	assert_refused_with(*state, &stranger, REFUSAL_TOKEN_DEVICE);
	stranger = attempt("good.gone", "good");
	assert_refused_with(*state, &stranger, REFUSAL_DEVICE_REVOKED);
}

static void who_is_not_in_good_standing_comes_into_the_lobby(void **state)
{
	struct attempt own = attempt("suspended.d1", "suspended");
	struct connect_verdict verdict = try(*state, &own);

	assert_true(verdict.let_in);
	assert_int_equal(verdict.code, REFUSAL_NOT_GOOD_STANDING);
}

static void a_wrong_clock_leads_into_the_lobby_unless_the_client_is_connected(void **state)
{
	struct attempt late = attempt("good.d1", "good");
	struct gate *gate = *state;
	struct connect_verdict verdict;

	late.issued_ago = 3600;
	verdict = try_as(gate, &late, &clients[0]);
	assert_true(verdict.let_in);
	assert_int_equal(verdict.code, REFUSAL_TOKEN_CLOCK);
	assert_true(sessions_find(&gate->sessions, &clients[0])->clock_is_off);
	late.issued_ago = -3600;
	verdict = try_as(gate, &late, &clients[1]);
	assert_false(verdict.let_in);
	assert_int_equal(verdict.code, REFUSAL_TOKEN_CLOCK);
}

static void a_dispatcher_with_a_wrong_clock_is_refused(void **state)
{
	struct attempt late = attempt("dispatcher.a", "dispatcher");

	late.signer = "dispatcher";
	late.issued_ago = 3600;
	assert_refused_with(*state, &late, REFUSAL_TOKEN_CLOCK);
}

static void older_protocols_and_kept_sessions_are_refused(void **state)
{
	struct attempt own = attempt("good.d1", "good");

	own.protocol_version = 4;
	assert_refused_with(*state, &own, REFUSAL_MQTT_SESSION);
	own.protocol_version = 5;
	own.keep_session = true;
	assert_refused_with(*state, &own, REFUSAL_MQTT_SESSION);
}

static void a_stale_copy_refuses_everybody_until_it_is_confirmed(void **state)
{
	struct attempt own = attempt("good.d1", "good");
	struct gate *gate = *state;
	struct moment now = gate_fixture_start();

	gate->good_at_ms = now.mono_ms - GATE_STALENESS_MS - 1;
	assert_refused_with(gate, &own, REFUSAL_STALE_ENTITLEMENT);
	gate_fixture_confirm(gate, &now);
	assert_true(try(gate, &own).let_in);
}

static void without_any_copy_everybody_is_refused(void **state)
{
	struct attempt own = attempt("good.d1", "good");
	struct gate *gate = *state;

	table_free(gate->table);
	gate->table = NULL;
	assert_refused_with(gate, &own, REFUSAL_STALE_ENTITLEMENT);
}

static void an_expired_keyset_refuses_everybody(void **state)
{
	struct attempt own = attempt("good.d1", "good");
	struct gate *gate = *state;

	gate->table->dispatchers.expires_at = FIXTURE_NOW;
	assert_refused_with(gate, &own, REFUSAL_KEYSET_EXPIRED);
}

/* "good" with d1 bound to the certificate of that subject, as the copy brings it. */
static void bind_d1(struct gate *gate, const char *subject)
{
	struct moment now = gate_fixture_start();
	struct unit *unit = gate_fixture_unit("good");

	unit->devices[0].tls = tls_identity_of(NULL, subject);
	gate_fixture_bring(gate, unit, &now);
}

static void who_presents_a_certificate_presents_the_one_of_its_device(void **state)
{
	struct gate *gate = *state;
	struct attempt with = attempt("good.d1", "good");

	with.certificate = "CN=d1";
	assert_refused_with(gate, &with, REFUSAL_TLS_CERTIFICATE);
	bind_d1(gate, "CN=other");
	assert_refused_with(gate, &with, REFUSAL_TLS_CERTIFICATE);
	bind_d1(gate, "CN=d1");
	assert_true(try(gate, &with).let_in);
	with = attempt("good.d2", "good");
	with.certificate = "CN=d1";
	assert_int_equal(try_as(gate, &with, &clients[1]).code, REFUSAL_TLS_CERTIFICATE);
}

static void a_certificate_that_cannot_be_read_fits_nothing(void **state)
{
	const struct tls_identity unreadable = TLS_IDENTITY_NONE;
	const struct tls_identity nothing = TLS_IDENTITY_NONE;
	const struct tls_identity registered = tls_identity_of(NULL, "CN=d1");

	(void)state;
	assert_false(tls_identity_matches(&registered, &unreadable));
	assert_false(tls_identity_matches(&nothing, &unreadable));
}

static void both_that_are_registered_must_fit(void **state)
{
	static const uint8_t print[TLS_FINGERPRINT_BYTES] = {1};
	static const uint8_t other[TLS_FINGERPRINT_BYTES] = {2};
	const struct tls_identity registered = tls_identity_of(print, "CN=d1");
	const struct tls_identity same = tls_identity_of(print, "CN=d1");
	const struct tls_identity other_print = tls_identity_of(other, "CN=d1");
	const struct tls_identity other_subject = tls_identity_of(print, "CN=d2");

	(void)state;
	assert_true(tls_identity_matches(&registered, &same));
	assert_false(tls_identity_matches(&registered, &other_print));
	assert_false(tls_identity_matches(&registered, &other_subject));
}

static void where_certificates_are_required_only_a_dispatcher_of_this_machine_comes_without(
	void **state)
{
	struct gate *gate = *state;
	struct gate_limits limits = *gate->limits;
	struct attempt unit = attempt("good.d1", "good");
	struct attempt dispatcher = attempt("dispatcher.a", IDENT_DISPATCHER);

	limits.require_certificate = true;
	gate->limits = &limits;
	dispatcher.signer = "dispatcher";
	assert_refused_with(gate, &unit, REFUSAL_TLS_MISSING);
	dispatcher.is_remote = true;
	assert_refused_with(gate, &dispatcher, REFUSAL_TLS_MISSING);
	dispatcher.is_remote = false;
	dispatcher.certificate = "CN=dispatcher";
	assert_refused_with(gate, &dispatcher, REFUSAL_TLS_CERTIFICATE);
	dispatcher.certificate = NULL;
	assert_true(try(gate, &dispatcher).let_in);
	bind_d1(gate, "CN=d1");
	unit.certificate = "CN=d1";
	assert_true(try_as(gate, &unit, &clients[1]).let_in);
}

static void who_is_bound_to_another_certificate_is_cut(void **state)
{
	struct gate *gate = *state;
	struct attempt with = attempt("good.d1", "good");
	struct attempt without = attempt("good.d2", "good");

	bind_d1(gate, "CN=d1");
	with.certificate = "CN=d1";
	assert_true(try(gate, &with).let_in);
	assert_true(try_as(gate, &without, &clients[1]).let_in);
	bind_d1(gate, "CN=d1");
	assert_int_equal(sessions_find(&gate->sessions, &clients[0])->cut, CUT_NONE);
	bind_d1(gate, "CN=other");
	assert_int_equal(sessions_find(&gate->sessions, &clients[0])->cut, CUT_RIGHT);
	assert_int_equal(sessions_find(&gate->sessions, &clients[1])->cut, CUT_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_device_with_its_token_is_let_in_and_has_a_record),
		TEST(a_dispatcher_is_let_in_by_its_key_in_the_keyset),
		TEST(a_dispatcher_whose_key_is_no_dispatchers_is_refused),
		TEST(what_is_no_token_is_refused),
		TEST(a_client_without_name_or_password_is_refused),
		TEST(another_units_key_does_not_open_the_door),
		TEST(a_client_id_that_is_not_the_users_is_refused),
		TEST(unknown_and_revoked_devices_are_refused),
		TEST(who_is_not_in_good_standing_comes_into_the_lobby),
		TEST(a_wrong_clock_leads_into_the_lobby_unless_the_client_is_connected),
		TEST(a_dispatcher_with_a_wrong_clock_is_refused),
		TEST(older_protocols_and_kept_sessions_are_refused),
		TEST(a_stale_copy_refuses_everybody_until_it_is_confirmed),
		TEST(without_any_copy_everybody_is_refused),
		TEST(an_expired_keyset_refuses_everybody),
		TEST(who_presents_a_certificate_presents_the_one_of_its_device),
		TEST(a_certificate_that_cannot_be_read_fits_nothing),
		TEST(both_that_are_registered_must_fit),
		TEST(where_certificates_are_required_only_a_dispatcher_of_this_machine_comes_without),
		TEST(who_is_bound_to_another_certificate_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
