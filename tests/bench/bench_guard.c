/*
 * One operation many times, for callgrind: bench_guard OPERATION COUNT. What is prepared beforehand costs
 * nothing: counting begins with the loop. guard.py compares what each takes with libsodium's own operation.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "common/seal.h"
#include "publisher/dispatch/judge.h"
#include "tests/unit/broker/gate_fixture.h"

enum { COUNT_MAX = 100000, SIGNED_BYTES = 220 };

static void sodium_verify(int count)
{
	uint8_t message[SIGNED_BYTES] = {0}, signature[crypto_sign_BYTES];
	uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];

	crypto_sign_keypair(public, secret);
	crypto_sign_detached(signature, NULL, message, sizeof(message), secret);
	CALLGRIND_TOGGLE_COLLECT;
	for (int i = 0; i < count; i++)
		if (crypto_sign_verify_detached(signature, message, sizeof(message), public) != 0)
			abort();
	CALLGRIND_TOGGLE_COLLECT;
}

/* A sealed box of a content key, and a signature over as much as an entry has. */
static void sodium_seal_and_sign(int count)
{
	enum { ENTRY_BYTES = 1500, SEALED = 48 };
	uint8_t message[ENTRY_BYTES] = {0}, signature[crypto_sign_BYTES],
			sealed[SEALED + crypto_box_SEALBYTES];
	uint8_t public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	uint8_t box[crypto_box_PUBLICKEYBYTES];

	crypto_sign_keypair(public, secret);
	if (crypto_sign_ed25519_pk_to_curve25519(box, public) != 0)
		abort();
	CALLGRIND_TOGGLE_COLLECT;
	for (int i = 0; i < count; i++)
		if (crypto_box_seal(sealed, message, SEALED, box) != 0 ||
			crypto_sign_detached(signature, NULL, message, sizeof(message), secret) != 0)
			abort();
	CALLGRIND_TOGGLE_COLLECT;
}

static void acl_check(int count)
{
	struct moment now = gate_fixture_start();
	struct session *session;
	struct gate gate;
	int place;

	gate_fixture(&gate);
	session = gate_fixture_let_in(&gate, &place, "good.d1", &now);
	CALLGRIND_TOGGLE_COLLECT;
	for (int i = 0; i < count; i++)
		if (gate_fixture_may(&gate, session, ACCESS_READ, "certwire/v1/channel/weekly", 100,
				&now) != AUTHORIZE_YES)
			abort();
	CALLGRIND_TOGGLE_COLLECT;
	gate_release(&gate);
}

static void token_check(int count)
{
	struct moment now = gate_fixture_start();
	struct signing_key key = fixture_key("good.d1");
	char(*tokens)[1024] = calloc((size_t)count, sizeof(*tokens));
	struct connect connect = {
		.client_id = "good.d1", .user_name = "good", .protocol_version = 5, .clean_start = true};
	struct gate gate;
	int place;

	gate_fixture(&gate);
	for (int i = 0; i < count; i++) {
		auto_buf struct buf token = BUF_INIT(sizeof(*tokens) - 1);

		FIXTURE_MUST(token_make("good.d1", FIXTURE_BROKER, moment_wall(&now), &key, &token, &err));
		strcpy(tokens[i], buf_str(&token));
	}
	connect.client = &place;
	CALLGRIND_TOGGLE_COLLECT;
	for (int i = 0; i < count; i++) {
		connect.password = tokens[i];
		if (!authenticate(&gate, &connect, &now).let_in)
			abort();
	}
	CALLGRIND_TOGGLE_COLLECT;
	gate_release(&gate);
	signing_key_release(&key);
	free(tokens);
}

static void one_receipt(int count)
{
	struct keyset *keyset = fixture_keyset();
	struct vouched vouched = VOUCHED_INIT;
	auto_signing_key struct signing_key registrar = fixture_key("registrar");
	auto_signing_key struct signing_key device = fixture_key("device");
	struct device_certificate certificate = fixture_certificate();
	struct receipt receipt = fixture_receipt();
	auto_buf struct buf jws = BUF_INIT(LIMIT_DEVICE_JWS), raw = BUF_INIT(LIMIT_RECEIPT_JWS);
	struct ledger_receipt filed = {.unit = FIXTURE_UNIT,
		.device = FIXTURE_DEVICE,
		.number = receipt.number,
		.received_at = FIXTURE_NOW + 90};

	FIXTURE_MUST(device_certificate_sign(&certificate, &registrar, &jws, &err));
	FIXTURE_MUST(receipt_sign(&receipt, &device, &raw, &err));
	filed.certificate = buf_str(&jws);
	filed.raw.data = raw.data;
	filed.raw.len = raw.len;
	CALLGRIND_TOGGLE_COLLECT;
	for (int i = 0; i < count; i++) {
		auto_receipt struct receipt judged = RECEIPT_INIT;
		bool authentic;

		FIXTURE_MUST(judge_receipt(&filed, keyset, &vouched, &judged, &authentic, &err));
	}
	CALLGRIND_TOGGLE_COLLECT;
	vouched_release(&vouched);
	keyset_free(keyset);
}

/* The entry's bytes and signature, a grant, the message of both. */
static void one_offer(int count)
{
	struct manifest manifest = fixture_manifest();
	struct fixture_body body = fixture_body(&manifest);
	struct entry entry = fixture_entry(&body);
	auto_signing_key struct signing_key dispatcher = fixture_key("dispatcher");
	auto_signing_key struct signing_key device = fixture_key("device");
	struct secret *content_key = fixture_content_key();
	struct pub_id id = fixture_pub_id("publication");
	struct seal_key to;

	/* The dispatcher remembers it. */
	FIXTURE_MUST(seal_key_of(&device.public, &to, &err));
	CALLGRIND_TOGGLE_COLLECT;
	for (int i = 0; i < count; i++) {
		auto_buf struct buf payload = BUF_INIT(LIMIT_ENTRY_JWS), jws = BUF_INIT(LIMIT_ENTRY_JWS),
							message = BUF_INIT(LIMIT_OFFER);
		struct offer offer = {.grant_count = 1};

		FIXTURE_MUST(entry_format(&entry, &payload, &err));
		FIXTURE_MUST(entry_sign(payload.data, payload.len, &dispatcher, &jws, &err));
		offer.entry = buf_steal_str(&jws);
		strcpy(offer.grants[0].device, FIXTURE_DEVICE);
		memcpy(offer.grants[0].kid, device.kid, sizeof(device.kid));
		FIXTURE_MUST(grant_seal_to(&id, content_key, &to, offer.grants[0].sealed, &err));
		FIXTURE_MUST(offer_format(&offer, &message, &err));
		offer_release(&offer);
	}
	CALLGRIND_TOGGLE_COLLECT;
	secret_free(content_key);
	entry_release(&entry);
	fixture_body_release(&body);
	manifest_release(&manifest);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(int count);
	} operations[] = {{"sodium_verify", sodium_verify},
		{"sodium_seal_and_sign", sodium_seal_and_sign}, {"acl_check", acl_check},
		{"token_check", token_check}, {"one_receipt", one_receipt}, {"one_offer", one_offer}};
	int count = argc == 3 ? atoi(argv[2]) : 0;

	if (sodium_init() < 0)
		return 1;
	for (size_t i = 0; count > 0 && count <= COUNT_MAX && i < ARRAY_LEN(operations); i++)
		if (!strcmp(argv[1], operations[i].name)) {
			operations[i].run(count);
			return 0;
		}
	fprintf(stderr, "bench_guard: usage: bench_guard OPERATION COUNT; operations:");
	for (size_t i = 0; i < ARRAY_LEN(operations); i++)
		fprintf(stderr, " %s", operations[i].name);
	fputc('\n', stderr);
	return 2;
}
