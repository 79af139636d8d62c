#include "tests/unit/subscriber/place.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <sys/stat.h>
#include <unistd.h>

#include "subscriber/own_certificate.h"

enum { NOW = 1800000000, DAY = 86400 };

/* A certificate and its key in files of their own, made anew for each test. */
struct pair {
	char place[64];
	char certificate[128];
	char key[128];
	struct config config;
};

static FILE *open_file(const char *path, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), mode), 0);
	return file;
}

static void write_certificate(const char *path, EVP_PKEY *key, const char *purposes)
{
	X509 *certificate = X509_new();
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_ext_key_usage, purposes);
	FILE *file = open_file(path, 0644);

	assert_non_null(X509_time_adj_ex(X509_getm_notBefore(certificate), 0, 0, &(time_t){NOW - DAY}));
	assert_non_null(X509_time_adj_ex(X509_getm_notAfter(certificate), 0, 0, &(time_t){NOW + DAY}));
	assert_int_equal(X509_set_version(certificate, X509_VERSION_3), 1);
	assert_int_equal(X509_set_pubkey(certificate, key), 1);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	assert_int_not_equal(X509_sign(certificate, key, EVP_sha256()), 0);
	assert_int_equal(PEM_write_X509(file, certificate), 1);
	assert_int_equal(fclose(file), 0);
	X509_EXTENSION_free(extension);
	X509_free(certificate);
}

static void write_key(const char *path, EVP_PKEY *key, const char *passphrase)
{
	FILE *file = open_file(path, 0600);
	const EVP_CIPHER *cipher = passphrase ? EVP_aes_256_cbc() : NULL;

	assert_int_equal(PEM_write_PrivateKey(file, key, cipher, (const unsigned char *)passphrase,
						 passphrase ? (int)strlen(passphrase) : 0, NULL, NULL),
		1);
	assert_int_equal(fclose(file), 0);
}

static void write_pair(struct pair *pair, const char *purposes, const char *passphrase)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_non_null(key);
	write_certificate(pair->certificate, key, purposes);
	write_key(pair->key, key, passphrase);
	EVP_PKEY_free(key);
}

static int set_up(void **state)
{
	struct pair *pair = calloc(1, sizeof *pair);

	assert_non_null(pair);
	place_make(pair->place);
	(void)snprintf(pair->certificate, sizeof pair->certificate, "%s/tls.crt", pair->place);
	(void)snprintf(pair->key, sizeof pair->key, "%s/tls.key", pair->place);
	write_pair(pair, "clientAuth", NULL);
	pair->config.tls_certificate = pair->certificate;
	pair->config.tls_key = pair->key;
	*state = pair;
	return 0;
}

static int tear_down(void **state)
{
	struct pair *pair = *state;

	place_remove(pair->place);
	free(pair);
	return 0;
}

static void a_certificate_with_its_key_can_be_presented(void **state)
{
	const struct pair *pair = *state;
	struct err err;

	assert_done(own_certificate_check(&pair->config, NOW, &err));
	assert_done(own_certificate_check(&pair->config, NOW - DAY, &err));
	assert_done(own_certificate_check(&pair->config, NOW + DAY, &err));
}

static void where_none_is_configured_nothing_is_looked_at(void **state)
{
	struct pair *pair = *state;
	struct err err;

	pair->config.tls_certificate = pair->config.tls_key = NULL;
	assert_done(own_certificate_check(&pair->config, NOW, &err));
}

static void a_file_that_is_not_there_is_named(void **state)
{
	const struct pair *pair = *state;
	struct err err;

	assert_int_equal(unlink(pair->key), 0);
	assert_refused(own_certificate_check(&pair->config, NOW, &err), ERR_SYSTEM, "tls_key: cannot");
	assert_non_null(strstr(err.text, pair->key));
	assert_int_equal(unlink(pair->certificate), 0);
	assert_refused(
		own_certificate_check(&pair->config, NOW, &err), ERR_SYSTEM, "tls_certificate: cannot");
	assert_non_null(strstr(err.text, pair->certificate));
}

static void a_key_that_others_could_read_or_replace_is_refused(void **state)
{
	static const mode_t wrong[] = {0640, 0604, 0620, 0602, 0644};
	const struct pair *pair = *state;
	char real[160];
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(chmod(pair->key, wrong[i]), 0);
		assert_refused(own_certificate_check(&pair->config, NOW, &err), ERR_DENIED, "chmod 600");
	}
	assert_int_equal(chmod(pair->key, 0400), 0);
	assert_done(own_certificate_check(&pair->config, NOW, &err));
	(void)snprintf(real, sizeof real, "%s.real", pair->key);
	assert_int_equal(rename(pair->key, real), 0);
	assert_int_equal(symlink(real, pair->key), 0);
	assert_refused(own_certificate_check(&pair->config, NOW, &err), ERR_DENIED, "symbolic link");
}

static void what_is_no_certificate_or_no_key_is_refused(void **state)
{
	struct pair *pair = *state;
	struct err err;

	pair->config.tls_certificate = pair->key;
	assert_refused(
		own_certificate_check(&pair->config, NOW, &err), ERR_DATA, "holds no certificate");
	pair->config.tls_certificate = pair->certificate;
	assert_done(file_write_atomic(pair->key, "nonsense\n", 9, 0600, &err));
	assert_refused(
		own_certificate_check(&pair->config, NOW, &err), ERR_DATA, "holds no private key");
}

static void a_key_of_another_certificate_is_refused(void **state)
{
	const struct pair *pair = *state;
	EVP_PKEY *other = EVP_EC_gen("P-256");
	struct err err;

	write_key(pair->key, other, NULL);
	EVP_PKEY_free(other);
	assert_refused(own_certificate_check(&pair->config, NOW, &err), ERR_DATA, "is not the key of");
}

static void a_key_with_a_passphrase_is_refused_and_nobody_is_asked(void **state)
{
	struct pair *pair = *state;
	struct err err;

	write_pair(pair, "clientAuth", "a passphrase");
	assert_refused(own_certificate_check(&pair->config, NOW, &err), ERR_DATA, "has a passphrase");
}

static void a_servers_certificate_is_refused(void **state)
{
	struct pair *pair = *state;
	struct err err;

	write_pair(pair, "serverAuth", NULL);
	assert_refused(own_certificate_check(&pair->config, NOW, &err), ERR_DATA, "lack clientAuth");
}

static void a_certificate_out_of_its_time_is_refused(void **state)
{
	const struct pair *pair = *state;
	struct err err;

	assert_refused(own_certificate_check(&pair->config, NOW + DAY + 1, &err), ERR_DATA,
		"expired on 2027-01-16");
	assert_refused(own_certificate_check(&pair->config, NOW - DAY - 1, &err), ERR_DATA,
		"not valid before 2027-01-14");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_certificate_with_its_key_can_be_presented),
		TEST(where_none_is_configured_nothing_is_looked_at),
		TEST(a_file_that_is_not_there_is_named),
		TEST(a_key_that_others_could_read_or_replace_is_refused),
		TEST(what_is_no_certificate_or_no_key_is_refused),
		TEST(a_key_of_another_certificate_is_refused),
		TEST(a_key_with_a_passphrase_is_refused_and_nobody_is_asked),
		TEST(a_servers_certificate_is_refused),
		TEST(a_certificate_out_of_its_time_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
