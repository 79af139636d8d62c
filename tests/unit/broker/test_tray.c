#include "tests/unit/test.h"

#include "broker-plugins/receipts/tray.h"
#include "common/limits.h"

#include <pthread.h>
#include <stdlib.h>

#define RECEIPT "certwire/v1/unit/good/receipt"

static char payload[LIMIT_RECEIPT_JWS + 1];

static enum tray_verdict put(struct tray *tray, const char *topic, size_t len)
{
	return tray_put(tray, topic, "good.d1", payload, len);
}

static void receipts_and_replies_are_taken_and_all_else_is_left_alone(void **state)
{
	struct tray tray;
	struct parcel *parcel;
	struct err err;

	(void)state;
	assert_done(tray_init(&tray, 16, &err));
	assert_int_equal(put(&tray, "certwire/v1/unit/good/sync", 10), TRAY_NOT_OURS);
	assert_int_equal(put(&tray, "certwire/v1/channel/weekly", 10), TRAY_NOT_OURS);
	assert_int_equal(put(&tray, "elsewhere", 10), TRAY_NOT_OURS);
	assert_int_equal(put(&tray, RECEIPT, 10), TRAY_TAKEN);
	assert_int_equal(put(&tray, "certwire/v1/unit/good/reply", 20), TRAY_TAKEN);
	parcel = tray_take(&tray);
	assert_false(parcel->is_reply);
	assert_string_equal(parcel->unit, "good");
	assert_string_equal(parcel->client_id, "good.d1");
	assert_int_equal(parcel->len, 10);
	tray_done(&tray, parcel);
	parcel = tray_take(&tray);
	assert_true(parcel->is_reply);
	tray_done(&tray, parcel);
	assert_null(tray_take(&tray));
	tray_release(&tray);
}

static void what_cannot_be_a_receipt_is_refused(void **state)
{
	struct tray tray;
	struct err err;

	(void)state;
	assert_done(tray_init(&tray, 16, &err));
	assert_int_equal(put(&tray, RECEIPT, 0), TRAY_REFUSED);
	assert_int_equal(put(&tray, RECEIPT, LIMIT_RECEIPT_JWS + 1), TRAY_REFUSED);
	assert_int_equal(put(&tray, RECEIPT, LIMIT_RECEIPT_JWS), TRAY_TAKEN);
	tray_release(&tray);
}

static void a_full_tray_says_so_and_has_room_again_when_one_is_done(void **state)
{
	struct tray tray;
	struct err err;

	(void)state;
	assert_done(tray_init(&tray, 16, &err));
	for (int i = 0; i < 16; i++)
		assert_int_equal(put(&tray, RECEIPT, 10), TRAY_TAKEN);
	assert_int_equal(put(&tray, RECEIPT, 10), TRAY_FULL);
	assert_int_equal(tray.put_off, 1);
	assert_int_equal(tray_depth(&tray), 16);
	tray_done(&tray, tray_take(&tray));
	assert_int_equal(tray_depth(&tray), 15);
	assert_int_equal(put(&tray, RECEIPT, 10), TRAY_TAKEN);
	assert_int_equal(tray.put_off, 1);
	tray_release(&tray);
}

static void bytes_are_bounded_until_they_are_done_with(void **state)
{
	struct tray tray;
	struct parcel *parcel;
	struct err err;
	int taken = 0;

	(void)state;
	assert_done(tray_init(&tray, 65536, &err));
	while (put(&tray, RECEIPT, LIMIT_RECEIPT_JWS) == TRAY_TAKEN)
		taken++;
	assert_int_equal(taken, TRAY_BYTES_MAX / LIMIT_RECEIPT_JWS);
	parcel = tray_take(&tray);
	assert_int_equal(put(&tray, RECEIPT, LIMIT_RECEIPT_JWS), TRAY_FULL);
	tray_done(&tray, parcel);
	assert_int_equal(put(&tray, RECEIPT, LIMIT_RECEIPT_JWS), TRAY_TAKEN);
	tray_release(&tray);
}

enum { MANY = 50000 };

static void *take_many(void *arg)
{
	struct tray *tray = arg;

	for (int taken = 0; taken < MANY;) {
		struct parcel *parcel = tray_take(tray);

		if (!parcel)
			continue;
		tray_done(tray, parcel);
		taken++;
	}
	return NULL;
}

static void two_threads_share_it(void **state)
{
	struct tray tray;
	struct err err;
	pthread_t writer;

	(void)state;
	assert_done(tray_init(&tray, 64, &err));
	assert_int_equal(pthread_create(&writer, NULL, take_many, &tray), 0);
	for (int put_in = 0; put_in < MANY;)
		if (put(&tray, RECEIPT, 100) == TRAY_TAKEN)
			put_in++;
	pthread_join(writer, NULL);
	tray_tidy(&tray);
	assert_int_equal(tray.bytes, 0);
	tray_release(&tray);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receipts_and_replies_are_taken_and_all_else_is_left_alone),
		cmocka_unit_test(what_cannot_be_a_receipt_is_refused),
		cmocka_unit_test(a_full_tray_says_so_and_has_room_again_when_one_is_done),
		cmocka_unit_test(bytes_are_bounded_until_they_are_done_with),
		cmocka_unit_test(two_threads_share_it),
	};

	memset(payload, 'x', sizeof(payload));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
