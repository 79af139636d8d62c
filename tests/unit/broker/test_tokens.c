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

static void make_wrong_token(const struct attempt *own, struct buf *token)
{
	make_token(own, token);
	/* The last character but one holds six bits of the signature. */
	token->data[token->len - 2] = token->data[token->len - 2] == 'A' ? 'B' : 'A';
}

static void a_changed_signature_is_refused(void **state)
{
	struct attempt own = attempt("good.d1", "good");
	auto_buf struct buf token = BUF_INIT(4096);

	make_wrong_token(&own, &token);
	own.password = buf_str(&token);
	assert_refused_with(*state, &own, REFUSAL_TOKEN_SIGNATURE);
}

static void
wrong_signatures_of_an_address_are_verified_so_often_and_other_addresses_are_not_held_to_it(
	void **state)
{
	struct attempt own = attempt("good.d1", "good"), from_afar;
	auto_buf struct buf token = BUF_INIT(4096);

	make_wrong_token(&own, &token);
	from_afar = own;
	from_afar.is_remote = true;
	from_afar.address = "192.0.2.1";
	from_afar.password = buf_str(&token);
	for (int i = 0; i < BUDGET_BURST; i++)
		assert_refused_with(*state, &from_afar, REFUSAL_TOKEN_SIGNATURE);
	assert_refused_with(*state, &from_afar, REFUSAL_TOKEN_BUDGET);
	from_afar.password = NULL;
	assert_refused_with(*state, &from_afar, REFUSAL_TOKEN_BUDGET);
	from_afar.address = "192.0.2.2";
	assert_true(try(*state, &from_afar).let_in);
}

/* Each of these has a wrong signature, which would be counted had anybody looked at it. */
static void what_can_be_refused_before_its_signature_is_not_verified(void **state)
{
	struct attempt tries[] = {attempt("good.d9", "good"), attempt("nobody.d1", "nobody"),
		attempt("good.gone", "good"), attempt("good.d1", "suspended"), attempt("good.d1", "good"),
		attempt("good.d1", "good"), attempt("good.d1", "good")};
	const int codes[] = {REFUSAL_TOKEN_DEVICE, REFUSAL_TOKEN_DEVICE, REFUSAL_DEVICE_REVOKED,
		REFUSAL_TOKEN_CLIENT, REFUSAL_TOKEN_DEVICE, REFUSAL_TOKEN_MALFORMED, REFUSAL_MQTT_SESSION};

	tries[4].signer = "stranger";
	tries[5].password = "e30.e30.e30";
	tries[6].protocol_version = 4;
	for (int round = 0; round <= BUDGET_BURST; round++)
		for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
			auto_buf struct buf token = BUF_INIT(4096);

			tries[i].is_remote = true;
			tries[i].address = "192.0.2.7";
			if (!tries[i].password)
				make_wrong_token(&tries[i], &token);
			assert_int_equal(
				try_token(*state, &tries[i],
					tries[i].password ? tries[i].password : buf_str(&token), &clients[0])
					.code,
				codes[i]);
		}
	tries[6].protocol_version = 5;
	assert_true(try(*state, &tries[6]).let_in);
}

static void wrong_signatures_from_this_machine_are_not_counted(void **state)
{
	struct attempt own = attempt("good.d1", "good"), wrong = own;
	auto_buf struct buf token = BUF_INIT(4096);

	make_wrong_token(&own, &token);
	wrong.password = buf_str(&token);
	for (int i = 0; i <= BUDGET_BURST; i++)
		assert_refused_with(*state, &wrong, REFUSAL_TOKEN_SIGNATURE);
	assert_true(try(*state, &own).let_in);
}

static void a_token_of_another_device_of_the_unit_is_refused(void **state)
{
	struct attempt other = attempt("good.d2", "good");
	auto_buf struct buf token = BUF_INIT(4096);

	make_token(&other, &token);
	other.client_id = "good.d1";
	other.password = buf_str(&token);
	assert_refused_with(*state, &other, REFUSAL_TOKEN_CLIENT);
}

static void a_token_for_another_broker_is_refused_and_for_either_name_taken(void **state)
{
	struct attempt own = attempt("good.d1", "good");

	own.audience = "elsewhere.example:8883";
	assert_refused_with(*state, &own, REFUSAL_TOKEN_AUDIENCE);
	own.audience = "second.example:8883";
	assert_true(try(*state, &own).let_in);
}

static void a_token_is_used_once(void **state)
{
	struct attempt own = attempt("good.d1", "good");
	auto_buf struct buf token = BUF_INIT(4096);
	struct connect_verdict second;

	make_token(&own, &token);
	assert_true(try_token(*state, &own, buf_str(&token), &clients[0]).let_in);
	second = try_token(*state, &own, buf_str(&token), &clients[1]);
	assert_false(second.let_in);
	assert_int_equal(second.code, REFUSAL_TOKEN_REUSED);
}

/* Of another time by then, it proves the key and no more: the lobby is all that such a token opens. */
static void a_used_token_that_has_become_old_opens_the_lobby_alone(void **state)
{
	struct attempt own = attempt("good.d1", "good");
	auto_buf struct buf token = BUF_INIT(4096);
	struct moment later = gate_fixture_start();
	struct connect connect = {.client = &clients[0],
		.client_id = own.client_id,
		.user_name = own.user_name,
		.protocol_version = 5,
		.clean_start = true};
	struct gate *gate = *state;
	struct session *session;

	make_token(&own, &token);
	connect.password = buf_str(&token);
	assert_true(authenticate(gate, &connect, &later).let_in);
	sessions_drop(&gate->sessions, &clients[0]);
	later.wall_us += (LIMIT_TOKEN_LIFE_S + LIMIT_CLOCK_SKEW_S) * US_PER_S;
	assert_int_equal(authenticate(gate, &connect, &later).code, REFUSAL_TOKEN_REUSED);
	later.wall_us += 2 * US_PER_S;
	assert_int_equal(authenticate(gate, &connect, &later).code, REFUSAL_TOKEN_CLOCK);
	session = sessions_find(&gate->sessions, &clients[0]);
	assert_int_equal(
		gate_fixture_may(gate, session, ACCESS_READ, "certwire/v1/unit/good/head", 1, &later),
		AUTHORIZE_YES);
	assert_int_equal(
		gate_fixture_may(gate, session, ACCESS_READ, "certwire/v1/unit/good/offer", 1, &later),
		REFUSAL_DELIVERY);
}

static void used_tokens_are_forgotten_only_when_they_are_past(void **state)
{
	struct gate *gate = *state;
	const uint8_t id[TOKEN_ID_BYTES] = {1};

	assert_true(replay_use(&gate->replay, "good.d1", id, FIXTURE_NOW + 10, FIXTURE_NOW));
	assert_false(replay_use(&gate->replay, "good.d1", id, FIXTURE_NOW + 10, FIXTURE_NOW + 9));
	assert_true(replay_use(&gate->replay, "good.d1", id, FIXTURE_NOW + 30, FIXTURE_NOW + 10));
}

static void one_client_cannot_fill_the_memory_of_used_tokens(void **state)
{
	struct gate *gate = *state;
	uint8_t id[TOKEN_ID_BYTES] = {0};

	for (int i = 0; i < REPLAY_CLIENT_MAX; i++) {
		memcpy(id, &i, sizeof(i));
		assert_true(replay_use(&gate->replay, "good.d1", id, FIXTURE_NOW + 10, FIXTURE_NOW));
	}
	id[15] = 1;
	assert_false(replay_use(&gate->replay, "good.d1", id, FIXTURE_NOW + 10, FIXTURE_NOW));
	assert_true(replay_use(&gate->replay, "all.d1", id, FIXTURE_NOW + 10, FIXTURE_NOW));
	for (int i = 0; i < REPLAY_BUCKETS; i++)
		replay_sweep(&gate->replay, FIXTURE_NOW + 10);
	assert_int_equal(gate->replay.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_changed_signature_is_refused),
		TEST(
			wrong_signatures_of_an_address_are_verified_so_often_and_other_addresses_are_not_held_to_it),
		TEST(wrong_signatures_from_this_machine_are_not_counted),
		TEST(a_token_of_another_device_of_the_unit_is_refused),
		TEST(a_token_for_another_broker_is_refused_and_for_either_name_taken),
		TEST(a_token_is_used_once),
		TEST(a_used_token_that_has_become_old_opens_the_lobby_alone),
		TEST(what_can_be_refused_before_its_signature_is_not_verified),
		TEST(used_tokens_are_forgotten_only_when_they_are_past),
		TEST(one_client_cannot_fill_the_memory_of_used_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
