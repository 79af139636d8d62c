#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "common/device.h"
#include "common/fingerprint.h"
#include "common/json.h"
#include "common/language.h"
#include "db/registrar.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/signer.h"
#include "publisher/cli/tty.h"
#include "publisher/cli/when.h"

const struct cli_option device_certify_options[] = {
	{"fingerprint", "DIGITS", "what was read to you over the phone; asked for unless given", false},
	{"days", "N", "how long the certificate holds (default 730)", false},
	SESSION_KEY_OPTIONS,
	{"json", NULL, "print JSON", false},
	{0},
};

enum { DAYS_DEFAULT = 730, DAYS_MAX = 3660, SECONDS_PER_DAY = 86400 };

static bool find_request(struct session *session, const char *unit, const char *device,
	struct device_request *ret, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!registrar_pending(session->pg, &rows, err))
		return false;
	for (int i = 0; i < pg_row_count(rows); i++) {
		struct registrar_request row = registrar_pending_at(rows, i);

		if (strcmp(row.unit, unit) != 0 || strcmp(row.device, device) != 0)
			continue;
		if (!device_request_verify(row.request, strlen(row.request), ret, err))
			return false;
		if (strcmp(ret->unit, unit) != 0 || strcmp(ret->device, device) != 0)
			return err_code(err, REFUSAL_DEVICE_VALIDITY,
				"the request that lies under %s.%s was made for %s.%s", unit, device, ret->unit,
				ret->device);
		return true;
	}
	return err_set(err, ERR_DATA, "no request of %s.%s waits; see: certwire device list",
		ERR_QUOTED(unit), ERR_QUOTED(device));
}

/* What the person heard, not what we computed: it is never shown first. */
static bool compare_fingerprint(
	const struct cli_call *call, const struct device_request *request, struct err *err)
{
	const char *text = cli_value(call, "fingerprint");
	char line[TTY_LINE_SIZE];
	struct fingerprint heard;

	if (!text) {
		if (!tty_line("Fingerprint as read over the phone 电话核对的指纹: ", "--fingerprint DIGITS",
				line, err))
			return false;
		text = line;
	}
	if (!fingerprint_parse(text, &heard, err)) {
		err->kind = ERR_USAGE;
		return false;
	}
	if (!fingerprint_matches(&heard, &request->public))
		return err_set(err, ERR_DENIED,
			"the fingerprint is not that of the request of %s.%s: do not certify it; "
			"ask the unit to read it again, and to enroll anew if it still differs",
			request->unit, request->device);
	return true;
}

static bool sign(const struct signing_key *registrar, const struct keyset *keyset,
	const struct device_certificate *certificate, struct buf *jws, struct err *err)
{
	struct device_certificate verified;

	return device_certificate_sign(certificate, registrar, jws, err) &&
		   device_certificate_verify(jws->data, jws->len, keyset, &verified, err);
}

static struct device_certificate make_certificate(
	const struct device_request *request, int64_t now, int64_t days)
{
	struct device_certificate certificate = {
		.public = request->public, .not_before = now, .not_after = now + days * SECONDS_PER_DAY};

	(void)snprintf(certificate.unit, sizeof certificate.unit, "%s", request->unit);
	(void)snprintf(certificate.device, sizeof certificate.device, "%s", request->device);
	randombytes_buf(certificate.serial, sizeof certificate.serial);
	return certificate;
}

static bool report(const struct cli_call *call, const struct device_certificate *certificate,
	const char *kid, struct err *err)
{
	char until[WHEN_TEXT_SIZE];

	if (cli_has(call, "json"))
		return output_json(json_pack("{s:s, s:s, s:s, s:o}", "unit", certificate->unit, "device",
							   certificate->device, "kid", kid, "not_after",
							   output_time(certificate->not_after, 0)),
			err);
	(void)printf(language_text("certified    %s.%s\n"
							   "kid          %s\n"
							   "until        %s\n"),
		certificate->unit, certificate->device, kid, when_format(certificate->not_after, until));
	return true;
}

bool verb_device_certify(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_signer struct signer registrar = SIGNER_INIT;
	auto_buf struct buf jws = BUF_INIT(LIMIT_DEVICE_JWS);
	auto_keyring struct keyring ring = {.count = 0};
	const struct keyset *keyset = NULL;
	struct device_request request;
	char kid[KID_SIZE];
	int64_t days;

	if (!session_init(&session, call, err) ||
		!cli_int(call, "days", 1, DAYS_MAX, DAYS_DEFAULT, &days, err) ||
		!session_trust(&session, &ring, &keyset, err) ||
		!signer_load(&session, keyset, ROLE_REGISTRAR, &registrar, err) ||
		!find_request(&session, call->argv[0], call->argv[1], &request, err) ||
		!compare_fingerprint(call, &request, err) || !signer_unlock(&session, &registrar, err))
		return false;
	struct device_certificate certificate = make_certificate(&request, session.now, days);

	if (!sign(&registrar.key, keyset, &certificate, &jws, err) ||
		!registrar_certify(
			session.pg, &certificate, public_key_kid(&certificate.public, kid), buf_str(&jws), err))
		return false;
	return report(call, &certificate, kid, err);
}
