/*
 * The chain over the audit (docs/database.md): each record's digest covers the one before, so that no
 * record changes without all after it. SHA-256, because PostgreSQL computes it as well and knows no
 * BLAKE2b.
 */
#ifndef CERTWIRE_COMMON_AUDIT_CHAIN_H
#define CERTWIRE_COMMON_AUDIT_CHAIN_H

#include <stdint.h>

#include "common/digest.h"
#include "common/macros.h"

/* Texts are borrowed, UTF-8, as PostgreSQL writes them out. */
struct audit_record {
	int64_t sequence; /* gapless from 1 */
	int64_t at_us; /* microseconds since 1970, UTC */
	const char *login;
	const char *act;
	const char *subject;
	const char *detail; /* JSON, as jsonb is written out */
};

/*
 * What the record's link must hold: SHA-256 of `previous` (all zero for the first record) and then,
 * each as a netstring ("5:hello,"), sequence and time in decimal, login, act, subject, detail.
 */
struct digest audit_chain_link(
	const struct digest *previous, const struct audit_record *record) NONNULL;

#endif
