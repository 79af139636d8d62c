#include "subscriber/own_certificate.h"

#include "common/cleanup.h"
#include "common/file.h"

#include <mosquitto.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <time.h>

enum { PEM_MAX = 64 * 1024, DAY_SIZE = sizeof "2026-11-27" };

static void cleanup_bio(BIO **bio)
{
	BIO_free(*bio);
}

static void cleanup_x509(X509 **certificate)
{
	X509_free(*certificate);
}

static void cleanup_pkey(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

int own_certificate_ask_nobody(char *out, int size, int writing, void *context)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

/* As own_certificate_ask_nobody; `context` is a bool that tells that somebody had to be asked. */
static int note_asked(char *out, int size, int writing, void *context)
{
	*(bool *)context = true;
	return own_certificate_ask_nobody(out, size, writing, NULL);
}

/* The first in the file, as in the handshake; those of authorities in between may follow. */
static bool read_certificate(const char *path, X509 **ret, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(PEM_MAX);
	BIO *bio CLEANUP(cleanup_bio) = NULL;

	if (!file_read(path, PEM_MAX, &text, err))
		return err_context(err, "tls_certificate");
	bio = BIO_new_mem_buf(buf_str(&text), (int)text.len);
	*ret = bio ? PEM_read_bio_X509(bio, NULL, own_certificate_ask_nobody, NULL) : NULL;
	return *ret || err_set(err, ERR_DATA, "tls_certificate: '%s' holds no certificate (PEM)", path);
}

static bool read_key(const char *path, EVP_PKEY **ret, struct err *err)
{
	auto_secret struct secret *text = NULL;
	BIO *bio CLEANUP(cleanup_bio) = NULL;
	bool asked = false;

	if (!file_read_secret(path, PEM_MAX, &text, err))
		return err_context(err, "tls_key");
	bio = BIO_new_mem_buf(text->bytes, (int)text->len);
	*ret = bio ? PEM_read_bio_PrivateKey(bio, NULL, note_asked, &asked) : NULL;
	if (*ret)
		return true;
	if (asked)
		return err_set(err, ERR_DATA,
			"tls_key: '%s' has a passphrase, and nobody is there to be asked: store it without",
			path);
	return err_set(err, ERR_DATA, "tls_key: '%s' holds no private key (PEM)", path);
}

static int64_t time_of(const ASN1_TIME *time, char day[static DAY_SIZE])
{
	struct tm tm = {.tm_year = 70, .tm_mday = 1};

	(void)ASN1_TIME_to_tm(time, &tm);
	(void)strftime(day, DAY_SIZE, "%F", &tm);
	return timegm(&tm);
}

static bool check_time(const char *path, const X509 *certificate, int64_t now, struct err *err)
{
	char day[DAY_SIZE];

	if (now < time_of(X509_get0_notBefore(certificate), day))
		return err_set(err, ERR_DATA,
			"tls_certificate: '%s' is not valid before %s: is this machine's clock right?", path,
			day);
	if (now > time_of(X509_get0_notAfter(certificate), day))
		return err_set(err, ERR_DATA,
			"tls_certificate: '%s' expired on %s: get a new one, and have CNCERT bind it", path,
			day);
	return true;
}

static bool check_pair(const struct config *config, int64_t now, struct err *err)
{
	X509 *certificate CLEANUP(cleanup_x509) = NULL;
	EVP_PKEY *key CLEANUP(cleanup_pkey) = NULL;

	if (!read_certificate(config->tls_certificate, &certificate, err) ||
		!read_key(config->tls_key, &key, err))
		return false;
	if (X509_check_private_key(certificate, key) != 1)
		return err_set(err, ERR_DATA, "tls_key: '%s' is not the key of the certificate in '%s'",
			config->tls_key, config->tls_certificate);
	if (X509_check_purpose(certificate, X509_PURPOSE_SSL_CLIENT, 0) != 1)
		return err_set(err, ERR_DATA,
			"tls_certificate: '%s' is not for a client: its purposes lack clientAuth",
			config->tls_certificate);
	return check_time(config->tls_certificate, certificate, now, err);
}

bool own_certificate_check(const struct config *config, int64_t now, struct err *err)
{
	bool ok = !config->tls_certificate || check_pair(config, now, err);

	/* What OpenSSL left to say here would be taken for an error of the next connection. */
	ERR_clear_error();
	return ok;
}

bool own_certificate_present(
	struct mosquitto *mosq, const struct config *config, int64_t now, struct err *err)
{
	if (!own_certificate_check(config, now, err))
		return false;
	/* 1: verify the certificate. By itself the library would begin with TLS 1.1. */
	if (mosquitto_tls_set(mosq, config->broker_ca, NULL, config->tls_certificate, config->tls_key,
			own_certificate_ask_nobody) ||
		mosquitto_tls_opts_set(mosq, 1, "tlsv1.2", NULL))
		return err_set(err, ERR_SYSTEM, "cannot use the certificates in '%s'", config->broker_ca);
	return true;
}
