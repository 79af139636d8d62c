#include "tests/unit/test.h"

#include "broker-plugins/kit/trust_learn.h"
#include "common/refusal.h"
#include "tests/fixture/fixture.h"

enum { CERTIFICATES = 200 };

/* Certificates of devices d0, d1, ...; every tenth by a key that is no registrar's. */
struct school {
	struct trust trust;
	struct buf jwss[CERTIFICATES];
};

static bool is_forged(size_t nth)
{
	return nth % 10 == 3;
}

static void make_certificate(size_t nth, struct buf *jws)
{
	auto_signing_key struct signing_key signer =
		fixture_key(is_forged(nth) ? "editor 1" : "registrar");
	struct device_certificate certificate = fixture_certificate();

	snprintf(certificate.device, sizeof(certificate.device), "d%zu", nth);
	FIXTURE_MUST(device_certificate_sign(&certificate, &signer, jws, &err));
}

static int open_school(void **state)
{
	static struct school school;
	auto_signing_key struct signing_key root = fixture_key("root");
	struct fingerprint pinned = fingerprint_of(&root.public);
	auto_buf struct buf jws = BUF_INIT(65536);
	struct keyset *keyset = fixture_keyset();
	struct err err;

	trust_init(&school.trust, &pinned);
	fixture_keyset_jws(keyset, "root", &jws);
	keyset_free(keyset);
	if (!keyring_add(&school.trust.ring, buf_str(&jws), jws.len, &err))
		return -1;
	for (size_t i = 0; i < CERTIFICATES; i++) {
		school.jwss[i] = (struct buf)BUF_INIT(4096);
		make_certificate(i, &school.jwss[i]);
	}
	*state = &school;
	return 0;
}

static int close_school(void **state)
{
	struct school *school = *state;

	trust_release(&school->trust);
	for (size_t i = 0; i < CERTIFICATES; i++)
		buf_release(&school->jwss[i]);
	return 0;
}

static bool is_believed(struct school *school, size_t nth, struct err *err)
{
	struct device_certificate certificate;
	char device[DEVICE_SIZE];

	snprintf(device, sizeof(device), "d%zu", nth);
	return trust_certificate(
		&school->trust, buf_str(&school->jwss[nth]), FIXTURE_UNIT, device, &certificate, err);
}

static void learn_all(struct school *school)
{
	const char *jwss[CERTIFICATES];

	for (size_t i = 0; i < CERTIFICATES; i++)
		jwss[i] = buf_str(&school->jwss[i]);
	trust_learn(&school->trust, CERTIFICATES, jwss);
}

static void what_is_learnt_together_is_what_would_be_believed_alone(void **state)
{
	struct school *school = *state;
	struct err err;

	learn_all(school);
	assert_int_equal(school->trust.certificates.count, CERTIFICATES - CERTIFICATES / 10);
	for (size_t i = 0; i < CERTIFICATES; i++) {
		struct digest digest = digest_of(buf_str(&school->jwss[i]), school->jwss[i].len);

		assert_int_equal(vouched_knows(&school->trust.certificates, &digest), !is_forged(i));
		if (is_forged(i))
			assert_code(is_believed(school, i, &err), REFUSAL_DEVICE_SIGNATURE);
		else
			assert_true(is_believed(school, i, &err));
	}
}

static void what_is_known_is_not_learnt_twice(void **state)
{
	struct school *school = *state;

	learn_all(school);
	learn_all(school);
	assert_int_equal(school->trust.certificates.count, CERTIFICATES - CERTIFICATES / 10);
}

static void a_certificate_counts_for_its_own_device_alone(void **state)
{
	struct school *school = *state;
	struct device_certificate certificate;
	struct err err;

	learn_all(school);
	assert_false(trust_certificate(
		&school->trust, buf_str(&school->jwss[0]), FIXTURE_UNIT, "d1", &certificate, &err));
	assert_int_equal(err.code, REFUSAL_DEVICE_VALIDITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_learnt_together_is_what_would_be_believed_alone, open_school, close_school),
		cmocka_unit_test_setup_teardown(
			what_is_known_is_not_learnt_twice, open_school, close_school),
		cmocka_unit_test_setup_teardown(
			a_certificate_counts_for_its_own_device_alone, open_school, close_school),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
