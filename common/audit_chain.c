#include "common/audit_chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

static void add_text(crypto_hash_sha256_state *state, const char *text)
{
	size_t len = strlen(text);
	char prefix[24];
	int prefix_len = snprintf(prefix, sizeof prefix, "%zu:", len);

	(void)crypto_hash_sha256_update(state, (const uint8_t *)prefix, (size_t)prefix_len);
	(void)crypto_hash_sha256_update(state, (const uint8_t *)text, len);
	(void)crypto_hash_sha256_update(state, (const uint8_t *)",", 1);
}

static void add_int(crypto_hash_sha256_state *state, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%" PRId64, value);
	add_text(state, text);
}

struct digest audit_chain_link(const struct digest *previous, const struct audit_record *record)
{
	crypto_hash_sha256_state state;
	struct digest digest;

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, previous->bytes, sizeof previous->bytes);
	add_int(&state, record->sequence);
	add_int(&state, record->at_us);
	add_text(&state, record->login);
	add_text(&state, record->act);
	add_text(&state, record->subject);
	add_text(&state, record->detail);
	(void)crypto_hash_sha256_final(&state, digest.bytes);
	return digest;
}
