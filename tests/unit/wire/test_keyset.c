#include "tests/unit/test.h"

#include <stdio.h>

#include "common/keyring.h"
#include "tests/fixture/fixture.h"

static void keys_are_valid_from_and_until(void **state)
{
	struct keyset_key key = {.role = ROLE_EDITOR,
		.not_before = 100,
		.not_after = 200,
		.status = KEY_ACTIVE,
		.since = 150};

	(void)state;
	assert_false(keyset_key_valid(&key, 99));
	assert_true(keyset_key_valid(&key, 100));
	assert_true(keyset_key_valid(&key, 199));
	assert_false(keyset_key_valid(&key, 200));
}

static void what_was_lost_later_counts_before(void **state)
{
	struct keyset_key key = {
		.role = ROLE_EDITOR, .not_before = 100, .not_after = 200, .since = 150};

	(void)state;
	for (enum key_status status = KEY_RETIRED; status <= KEY_COMPROMISED; status++) {
		key.status = status;
		assert_true(keyset_key_valid(&key, 149));
		assert_false(keyset_key_valid(&key, 150));
	}
}

static void a_stolen_dispatcher_never_was_valid(void **state)
{
	struct keyset_key key = {.role = ROLE_DISPATCHER,
		.not_before = 100,
		.not_after = 200,
		.status = KEY_COMPROMISED,
		.since = 150};

	(void)state;
	assert_false(keyset_key_valid(&key, 149));
	key.status = KEY_RETIRED;
	assert_true(keyset_key_valid(&key, 149));
}

static void channels_demand_approvals(void **state)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	struct err err;

	(void)state;
	assert_int_equal(keyset_approvals(keyset, "weekly"), 2);
	assert_int_equal(keyset_approvals(keyset, "unknown"), 0);
	assert_done(keyset_set_approvals(keyset, "weekly", 3, &err));
	assert_int_equal(keyset_approvals(keyset, "weekly"), 3);
	assert_int_equal(keyset->channel_count, 2);
	assert_refused(keyset_set_approvals(keyset, "Weekly", 1, &err), ERR_DATA, "Weekly");
	assert_refused(keyset_set_approvals(keyset, "weekly", 9, &err), ERR_DATA, "1 to 8");
}

static void a_full_keyset_fits(void **state)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS);
	struct keyset_key key = {
		.role = ROLE_EDITOR, .not_before = FIXTURE_NOW, .not_after = FIXTURE_NOW + 1};
	struct err err;

	(void)state;
	for (int i = 0; keyset->key_count < LIMIT_KEYSET_KEYS; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "filler %d", i);

		auto_signing_key struct signing_key filler = fixture_key(name);

		(void)snprintf(key.name, sizeof(key.name), "编辑 %d", i);
		key.public = filler.public;
		assert_done(keyset_add_key(keyset, &key, &err));
	}
	assert_refused(keyset_add_key(keyset, &key, &err), ERR_DATA, "more than 128");
	fixture_keyset_jws(keyset, "root", &text);
	assert_true(text.len <= LIMIT_KEYSET_JWS);
}

static void only_the_root_it_names_may_sign(void **state)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_signing_key struct signing_key other = fixture_key("root 2");
	auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS);
	struct err err;

	(void)state;
	assert_refused(keyset_sign(keyset, &other, &text, &err), ERR_DATA, "not the root");
}

static void a_keyset_expires(void **state)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	struct err err;

	(void)state;
	assert_done(keyset_check_current(keyset, FIXTURE_NOW + FIXTURE_YEAR - 1, &err));
	assert_code(keyset_check_current(keyset, FIXTURE_NOW + FIXTURE_YEAR, &err), 514);
}

/* Version `version` after `held`, signed by `root`, announcing `next` unless NULL. */
static void write_next(
	const struct keyset *held, int64_t version, const char *root, const char *next, struct buf *out)
{
	auto_keyset struct keyset *keyset = fixture_keyset();
	auto_signing_key struct signing_key key = fixture_key(root);

	keyset->version = version;
	keyset->has_previous = version > 1;
	if (held)
		keyset->previous = held->digest;
	keyset->root = key.public;
	if (next) {
		auto_signing_key struct signing_key successor = fixture_key(next);

		keyset->has_next_root = true;
		keyset->next_root = successor.public;
	}
	fixture_keyset_jws(keyset, root, out);
}

static void a_keyring_follows_the_root_through_its_successors(void **state)
{
	auto_signing_key struct signing_key root = fixture_key("root");
	struct fingerprint pinned = fingerprint_of(&root.public);
	auto_keyring struct keyring ring;
	static const struct {
		const char *root, *next;
	} steps[] = {{"root", "root 2"}, {"root 2", NULL}, {"root 2", "root 3"}, {"root 3", NULL}};
	struct err err;

	(void)state;
	keyring_init(&ring, &pinned);
	assert_null(keyring_newest(&ring));
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		auto_buf struct buf text = BUF_INIT(LIMIT_KEYSET_JWS);

		write_next(keyring_newest(&ring), (int64_t)i + 1, steps[i].root, steps[i].next, &text);
		assert_done(keyring_add(&ring, text.data, text.len, &err));
		assert_done(keyring_add(&ring, text.data, text.len, &err));
	}
	assert_int_equal(ring.count, 4);
	assert_int_equal(keyring_newest(&ring)->version, 4);
	assert_int_equal(keyring_version(&ring, 2)->version, 2);
	assert_null(keyring_version(&ring, 5));

	auto_buf struct buf old = BUF_INIT(LIMIT_KEYSET_JWS);

	write_next(keyring_newest(&ring), 5, "root", NULL, &old);
	assert_code(keyring_add(&ring, old.data, old.len, &err), 512);
	assert_int_equal(ring.count, 4);
}

static void a_keyring_never_goes_back(void **state)
{
	auto_signing_key struct signing_key root = fixture_key("root");
	struct fingerprint pinned = fingerprint_of(&root.public);
	auto_keyring struct keyring ring;
	auto_buf struct buf five = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_buf struct buf four = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_buf struct buf other_five = BUF_INIT(LIMIT_KEYSET_JWS);
	struct err err;

	(void)state;
	keyring_init(&ring, &pinned);
	write_next(NULL, 5, "root", NULL, &five);
	write_next(NULL, 4, "root", NULL, &four);
	write_next(NULL, 5, "root", "root 2", &other_five);
	assert_done(keyring_add(&ring, five.data, five.len, &err));
	assert_code(keyring_add(&ring, four.data, four.len, &err), 513);
	assert_code(keyring_add(&ring, other_five.data, other_five.len, &err), 513);
}

/* One that hears of the third before the first two: those come late, and only they. */
static void a_keyring_takes_what_it_passed_over(void **state)
{
	auto_signing_key struct signing_key root = fixture_key("root");
	struct fingerprint pinned = fingerprint_of(&root.public);
	static const struct {
		const char *root, *next;
	} steps[] = {{"root", "root 2"}, {"root", "root 2"}, {"root 2", NULL}};
	auto_keyring struct keyring whole, ring;
	auto_buf struct buf first = BUF_INIT(LIMIT_KEYSET_JWS), second = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_buf struct buf third = BUF_INIT(LIMIT_KEYSET_JWS), other = BUF_INIT(LIMIT_KEYSET_JWS);
	struct buf *texts[] = {&first, &second, &third};
	const struct keyset *added;
	struct err err;

	(void)state;
	keyring_init(&whole, &pinned);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		write_next(keyring_newest(&whole), (int64_t)i + 1, steps[i].root, steps[i].next, texts[i]);
		assert_done(keyring_add(&whole, texts[i]->data, texts[i]->len, &err));
	}
	/* Another first one, by the same root. */
	write_next(NULL, 1, "root", NULL, &other);

	keyring_init(&ring, &pinned);
	assert_done(keyring_add_late(&ring, second.data, second.len, &added, &err));
	assert_int_equal(added->version, 2);
	assert_done(keyring_add_late(&ring, third.data, third.len, &added, &err));
	assert_int_equal(added->version, 3);
	assert_int_equal(keyring_unbroken(&ring), 0);
	assert_code(keyring_add_late(&ring, other.data, other.len, &added, &err), 512);
	assert_code(keyring_add(&ring, first.data, first.len, &err), 512);
	for (int times = 0; times < 2; times++) {
		assert_done(keyring_add_late(&ring, first.data, first.len, &added, &err));
		assert_int_equal(added->version, 1);
	}
	assert_int_equal(ring.count, 3);
	assert_int_equal(keyring_newest(&ring)->version, 3);
	assert_int_equal(keyring_unbroken(&ring), 3);
}

/* What is named as the version before must also be fit to be it. */
static void a_keyring_takes_nothing_late_by_a_root_that_does_not_lead_on(void **state)
{
	auto_signing_key struct signing_key root = fixture_key("root");
	struct fingerprint pinned = fingerprint_of(&root.public);
	auto_keyring struct keyring ring;
	auto_buf struct buf one = BUF_INIT(LIMIT_KEYSET_JWS), two = BUF_INIT(LIMIT_KEYSET_JWS);
	auto_keyset struct keyset *first = NULL;
	const struct keyset *added;
	struct err err;

	(void)state;
	write_next(NULL, 1, "root 9", NULL, &one);
	first = fixture_keyset();
	first->digest = digest_of(one.data, one.len);
	write_next(first, 2, "root", NULL, &two);
	keyring_init(&ring, &pinned);
	assert_done(keyring_add_late(&ring, two.data, two.len, &added, &err));
	assert_code(keyring_add_late(&ring, one.data, one.len, &added, &err), 512);
	assert_int_equal(ring.count, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_valid_from_and_until),
		cmocka_unit_test(what_was_lost_later_counts_before),
		cmocka_unit_test(a_stolen_dispatcher_never_was_valid),
		cmocka_unit_test(channels_demand_approvals),
		cmocka_unit_test(a_full_keyset_fits),
		cmocka_unit_test(only_the_root_it_names_may_sign),
		cmocka_unit_test(a_keyset_expires),
		cmocka_unit_test(a_keyring_follows_the_root_through_its_successors),
		cmocka_unit_test(a_keyring_never_goes_back),
		cmocka_unit_test(a_keyring_takes_what_it_passed_over),
		cmocka_unit_test(a_keyring_takes_nothing_late_by_a_root_that_does_not_lead_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
