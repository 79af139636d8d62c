/* Opening the parts of a body in their order. */
#include "common/body.h"

#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/refusal.h"

struct body_opener {
	crypto_secretstream_xchacha20poly1305_state stream;
	struct digest_state digest;
	struct body body;
	uint32_t next;
	bool trusts_digest;
	body_plain_sink *sink;
	void *context;
	uint8_t plain[PART_PLAIN_BYTES];
};

bool body_opener_new(const struct body *body, const struct secret *content_key,
	body_plain_sink *sink, void *context, struct body_opener **ret, struct err *err)
{
	struct body_opener *opener = calloc(1, sizeof(*opener));

	if (!opener)
		return err_set(err, ERR_SYSTEM, "out of memory for a body");
	opener->body = *body;
	opener->sink = sink;
	opener->context = context;
	(void)crypto_secretstream_xchacha20poly1305_init_pull(
		&opener->stream, body->stream, content_key->bytes);
	digest_init(&opener->digest);
	digest_update(&opener->digest, body->stream, sizeof(body->stream));
	*ret = opener;
	return true;
}

bool body_opener_push(
	struct body_opener *opener, const uint8_t part[static PART_BYTES], struct err *err)
{
	unsigned char tag;

	if (opener->next == opener->body.parts)
		return err_code(err, REFUSAL_BODY_END, "the body has no more than %u parts",
			(unsigned)opener->body.parts);
	/* A part that is not authentic leaves the stream's state as it was. */
	if (crypto_secretstream_xchacha20poly1305_pull(
			&opener->stream, opener->plain, NULL, &tag, part, PART_BYTES, NULL, 0) != 0)
		return err_code(err, REFUSAL_PART_SEALED, "part %u does not open", (unsigned)opener->next);

	bool last = opener->next + 1 == opener->body.parts;
	unsigned char expected = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
								  : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;

	if (tag != expected)
		return last ? err_code(err, REFUSAL_BODY_END, "the stream does not end at part %u of %u",
						  (unsigned)opener->next, (unsigned)opener->body.parts)
					: err_code(err, REFUSAL_BODY_END,
						  "the stream ends or is marked at part %u of %u", (unsigned)opener->next,
						  (unsigned)opener->body.parts);
	if (!opener->trusts_digest)
		digest_update(&opener->digest, part, PART_BYTES);
	opener->next++;
	return opener->sink(opener->context, opener->plain, sizeof(opener->plain), err);
}

void body_opener_trust_digest(struct body_opener *opener)
{
	opener->trusts_digest = true;
}

uint32_t body_opener_next(const struct body_opener *opener)
{
	return opener->next;
}

bool body_opener_finish(struct body_opener *opener, struct err *err)
{
	if (opener->next != opener->body.parts)
		return err_code(err, REFUSAL_BODY_END, "only %u of %u parts are there",
			(unsigned)opener->next, (unsigned)opener->body.parts);
	if (opener->trusts_digest)
		return true;

	struct digest digest = digest_final(&opener->digest);

	return digest_equal(&digest, &opener->body.digest) ||
		   err_code(err, REFUSAL_BODY_DIGEST, "the parts have not the digest of the entry's body");
}

void body_opener_free(struct body_opener *opener)
{
	if (!opener)
		return;
	sodium_memzero(opener, sizeof(*opener));
	free(opener);
}
