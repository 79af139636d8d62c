#include "tests/unit/test.h"

#include <stdlib.h>

#include "publisher/dispatch/judge.h"
#include "publisher/dispatch/visitor.h"
#include "tests/fixture/fixture.h"

/* A receipt as it was filed, and who filed it. */
struct world {
	struct keyset *keyset;
	struct vouched vouched;
	struct buf certificate;
	struct buf raw;
	struct ledger_receipt filed;
	struct sync sync;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	auto_signing_key struct signing_key registrar = fixture_key("registrar");
	auto_signing_key struct signing_key device = fixture_key("device");
	struct device_certificate certificate = fixture_certificate();
	struct receipt receipt = fixture_receipt();
	struct sync sync = fixture_sync();
	auto_buf struct buf jws = BUF_INIT(LIMIT_SYNC_JWS);

	world->keyset = fixture_keyset();
	buf_init(&world->certificate, LIMIT_DEVICE_JWS);
	buf_init(&world->raw, LIMIT_RECEIPT_JWS);
	FIXTURE_MUST(device_certificate_sign(&certificate, &registrar, &world->certificate, &err));
	FIXTURE_MUST(receipt_sign(&receipt, &device, &world->raw, &err));
	FIXTURE_MUST(sync_sign(&sync, &device, &jws, &err));
	FIXTURE_MUST(sync_parse(jws.data, jws.len, &world->sync, &err));
	world->filed = (struct ledger_receipt){.unit = FIXTURE_UNIT,
		.device = FIXTURE_DEVICE,
		.number = receipt.number,
		.raw = {world->raw.data, world->raw.len},
		.received_at = FIXTURE_NOW + 90,
		.certificate = buf_str(&world->certificate)};
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	keyset_free(world->keyset);
	vouched_release(&world->vouched);
	buf_release(&world->certificate);
	buf_release(&world->raw);
	sync_release(&world->sync);
	free(world);
	return 0;
}

/* The code it is refused with, 0 for none; and whether it counts as the device's own. */
static int judge(struct world *world, bool *ret_authentic)
{
	auto_receipt struct receipt receipt = RECEIPT_INIT;
	struct err err = {0};

	if (judge_receipt(&world->filed, world->keyset, &world->vouched, &receipt, ret_authentic, &err))
		return 0;
	assert_int_equal(err.kind, ERR_DATA);
	return err.code;
}

static void assert_judged(struct world *world, int code, bool authentic)
{
	bool is_authentic = !authentic;

	assert_int_equal(judge(world, &is_authentic), code);
	assert_int_equal(is_authentic, authentic);
}

static void a_receipt_of_the_device_is_believed(void **state)
{
	assert_judged(*state, 0, true);
}

static void the_labels_it_was_filed_under_must_be_its_own(void **state)
{
	struct world *world = *state;
	const struct ledger_receipt filed = world->filed;

	world->filed.unit = "unit-b";
	assert_judged(world, REFUSAL_RECEIPT_UNIT, false);
	world->filed = filed;
	world->filed.device = "d2";
	assert_judged(world, REFUSAL_RECEIPT_DEVICE, false);
	world->filed = filed;
	world->filed.number++;
	assert_judged(world, REFUSAL_RECEIPT_MALFORMED, false);
}

static void bytes_that_are_no_receipt_are_refused(void **state)
{
	struct world *world = *state;

	world->filed.raw.len--;
	assert_judged(world, REFUSAL_RECEIPT_MALFORMED, false);
	world->filed.raw.len = 10;
	assert_judged(world, REFUSAL_RECEIPT_MALFORMED, false);
}

static void a_device_without_certificate_is_refused(void **state)
{
	struct world *world = *state;

	world->filed.certificate = NULL;
	assert_judged(world, REFUSAL_RECEIPT_DEVICE, false);
}

static void a_certificate_that_no_registrar_signed_is_refused(void **state)
{
	struct world *world = *state;
	auto_signing_key struct signing_key editor = fixture_key("editor 1");
	struct device_certificate certificate = fixture_certificate();

	buf_clear(&world->certificate);
	FIXTURE_MUST(device_certificate_sign(&certificate, &editor, &world->certificate, &err));
	world->filed.certificate = buf_str(&world->certificate);
	assert_judged(world, REFUSAL_RECEIPT_DEVICE, false);
}

static void another_devices_signature_is_refused(void **state)
{
	struct world *world = *state;
	auto_signing_key struct signing_key other = fixture_key("device 2");
	struct receipt receipt = fixture_receipt();

	buf_clear(&world->raw);
	FIXTURE_MUST(receipt_sign(&receipt, &other, &world->raw, &err));
	world->filed.raw = (struct pg_bytes){world->raw.data, world->raw.len};
	assert_judged(world, REFUSAL_RECEIPT_SIGNATURE, false);
}

static void revocation_counts_from_the_commit_on(void **state)
{
	struct world *world = *state;

	world->filed.revoked = true;
	world->filed.revoked_at = world->filed.received_at + 1;
	assert_judged(world, 0, true);
	world->filed.revoked_at = world->filed.received_at;
	assert_judged(world, REFUSAL_RECEIPT_DEVICE, true);
}

static void a_certificate_that_was_over_is_refused_but_the_number_is_spent(void **state)
{
	struct world *world = *state;

	world->filed.received_at = FIXTURE_NOW + FIXTURE_YEAR;
	assert_judged(world, REFUSAL_RECEIPT_DEVICE, true);
}

static void an_item_must_be_what_was_delivered(void **state)
{
	struct receipt receipt = fixture_receipt();
	const struct receipt_item *item = &receipt.items[0];
	const struct ledger_delivery right = {
		.found = true, .epoch = 1, .number = 1, .manifest = item->manifest};
	struct ledger_delivery wrong = right;
	struct err err;
	bool lost;

	(void)state;
	assert_done(judge_item(item, &right, 1, &lost, &err));
	wrong.found = false;
	assert_refused(judge_item(item, &wrong, 1, &lost, &err), ERR_DATA, "never owed");
	assert_int_equal(err.code, REFUSAL_RECEIPT_DELIVERY);
	wrong = right;
	wrong.manifest.bytes[31] ^= 1;
	assert_refused(judge_item(item, &wrong, 1, &lost, &err), ERR_DATA, "another manifest");
	assert_int_equal(err.code, REFUSAL_RECEIPT_OTHER);
	wrong = right;
	wrong.number = 2;
	assert_refused(judge_item(item, &wrong, 1, &lost, &err), ERR_DATA, "another number");
	wrong = right;
	wrong.epoch = 2;
	assert_refused(judge_item(item, &wrong, 1, &lost, &err), ERR_DATA, "another number");
}

static void an_item_of_an_earlier_epoch_may_have_had_another_number(void **state)
{
	struct receipt receipt = fixture_receipt();
	const struct receipt_item *item = &receipt.items[0];
	struct ledger_delivery again = {
		.found = true, .epoch = 9, .number = 7, .manifest = item->manifest};
	struct err err;
	bool lost;

	(void)state;
	assert_done(judge_item(item, &again, 9, &lost, &err));
	assert_false(lost);
	again.manifest.bytes[31] ^= 1;
	assert_refused(judge_item(item, &again, 9, &lost, &err), ERR_DATA, "another manifest");
	again.found = false;
	assert_done(judge_item(item, &again, 9, &lost, &err));
	assert_true(lost);
	assert_refused(judge_item(item, &again, 1, &lost, &err), ERR_DATA, "never owed");
	assert_false(lost);
}

static int verify(struct world *world, const char *unit, const char *certificate, int64_t now)
{
	struct err err = {0};

	return visitor_verify(
			   &world->sync, unit, certificate, world->keyset, &world->vouched, now, &err)
			   ? 0
			   : err.code;
}

static void a_sync_is_answered_to_the_certified_device_of_the_topics_unit_alone(void **state)
{
	struct world *world = *state;
	const char *certificate = buf_str(&world->certificate);

	assert_int_equal(verify(world, FIXTURE_UNIT, certificate, FIXTURE_NOW), 0);
	assert_int_equal(verify(world, "unit-b", certificate, FIXTURE_NOW), REFUSAL_SYNC_DEVICE);
	assert_int_equal(verify(world, FIXTURE_UNIT, NULL, FIXTURE_NOW), REFUSAL_SYNC_DEVICE);
	assert_int_equal(
		verify(world, FIXTURE_UNIT, certificate, FIXTURE_NOW - 1), REFUSAL_SYNC_DEVICE);
	assert_int_equal(
		verify(world, FIXTURE_UNIT, certificate, FIXTURE_NOW + FIXTURE_YEAR), REFUSAL_SYNC_DEVICE);
	world->sync.jws.signature[0] ^= 1;
	assert_int_equal(verify(world, FIXTURE_UNIT, certificate, FIXTURE_NOW), REFUSAL_SYNC_SIGNATURE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_receipt_of_the_device_is_believed),
		TEST(the_labels_it_was_filed_under_must_be_its_own),
		TEST(bytes_that_are_no_receipt_are_refused),
		TEST(a_device_without_certificate_is_refused),
		TEST(a_certificate_that_no_registrar_signed_is_refused),
		TEST(another_devices_signature_is_refused),
		TEST(revocation_counts_from_the_commit_on),
		TEST(a_certificate_that_was_over_is_refused_but_the_number_is_spent),
		cmocka_unit_test(an_item_must_be_what_was_delivered),
		cmocka_unit_test(an_item_of_an_earlier_epoch_may_have_had_another_number),
		TEST(a_sync_is_answered_to_the_certified_device_of_the_topics_unit_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
