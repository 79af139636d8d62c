/*
 * Editors' signatures on a manifest (docs/protocol.md section 6): detached, and over its digest, so
 * that who has not the manifest can verify them and learns no title.
 */
#ifndef CERTWIRE_COMMON_APPROVAL_H
#define CERTWIRE_COMMON_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/key.h"
#include "common/keyset.h"
#include "common/macros.h"

/* Appends the editor's detached JWS over the digest of the manifest's bytes. */
bool approval_sign(const struct signing_key *editor, const void *manifest, size_t len,
	struct buf *out, struct err *err) MUST_USE NONNULL;

/*
 * 213 unless the key is listed as an editor's and was valid at `at`; 212 unless it made the signature.
 * `*ret_signer` is borrowed from the keyset.
 */
bool approval_verify(const char *signature, const struct digest *manifest,
	const struct keyset *keyset, int64_t at, const struct keyset_key **ret_signer,
	struct err *err) MUST_USE NONNULL;

/*
 * Every one of `count` signatures must be right (212, 213), and at least `demanded` different editors
 * must be among the signers (211). Editors are told apart by the name that the keyset gives their
 * keys: one person may hold two while one replaces the other. `demanded` 0 (a channel that the keyset
 * does not know) is refused.
 */
bool approvals_check(char *const *signatures, size_t count, const struct digest *manifest,
	const struct keyset *keyset, int64_t at, int demanded, struct err *err) MUST_USE NONNULL;

#endif
