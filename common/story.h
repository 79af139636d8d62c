/*
 * The story of a publication (docs/protocol.md section 13): one file from which anybody who knows the
 * root's fingerprint can tell who approved it, to whom it was entered, and who signed for it. Codes:
 * 701 malformed, 702 it says other than what was signed, else that of the part that does not hold.
 */
#ifndef CERTWIRE_COMMON_STORY_H
#define CERTWIRE_COMMON_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/body.h"
#include "common/buf.h"
#include "common/digest.h"
#include "common/err.h"
#include "common/fingerprint.h"
#include "common/ident.h"
#include "common/keyring.h"
#include "common/kind.h"
#include "common/limits.h"
#include "common/macros.h"
#include "common/manifest.h"
#include "common/pub_id.h"
#include "common/receipt.h"
#include "common/standing.h"

enum { STORY_STATES = RECEIPT_REFUSED + 1 };

/* A receipt, and what CNCERT says of it. */
struct story_receipt {
	const char *jws;
	int64_t received_at; /* when it was committed, says CNCERT */
	int64_t settled_at; /* says CNCERT */
	bool states[STORY_STATES]; /* by enum receipt_state: what it was the first to say */

	/* Set by story_judge, of what the device signed: */
	int64_t number; /* the device's running number */
	int64_t at[STORY_STATES]; /* when, by the device's clock */
	int code; /* with RECEIPT_REFUSED */
};

struct story_device {
	const char *device;
	const char *certificate;
	int64_t revoked_at; /* or TIME_NONE, says CNCERT */
	int64_t sealed_at; /* when the content key was sealed to it, or TIME_NONE, says CNCERT */
	struct story_receipt *receipts; /* owned */
	size_t receipt_count;
};

/* What became of a delivery, says CNCERT. */
enum story_state { STORY_OWED, STORY_SETTLED, STORY_EXPIRED, STORY_WITHDRAWN };

struct story_unit {
	const char *unit;
	const char *name;
	int64_t epoch;
	int64_t number;
	int64_t issued_at;
	const char
		*entries[LIMIT_STORY_SIGNERS]; /* the entry, once for each dispatcher that signed it */
	size_t entry_count; /* 0: not signed yet */
	enum story_state state;
	int64_t ended_at; /* or TIME_NONE */
	const char *ended_reason; /* or NULL */
	struct story_device *devices; /* owned */
	size_t device_count;

	/* Set by story_judge, of the signed entry: */
	struct digest previous;
	struct digest digest;
	const char
		*dispatcher; /* whose signature is believed; borrowed from the ring; NULL: unsigned */
};

/* A unit in good standing at issue that has no entry, and why, says CNCERT. */
struct story_other {
	const char *unit;
	const char *name;
	enum standing standing;
	const char *why;
};

struct story {
	json_t *json; /* owned; the strings are borrowed from it */
	struct pub_id id;
	enum kind kind;
	char channel[CHANNEL_SIZE];
	char number[NUMBER_SIZE];
	struct digest manifest;
	struct body body;
	struct buf audience; /* the rule's bytes */
	int64_t issued_at;
	int64_t keyset;
	int64_t expires_at; /* or TIME_NONE */
	const char **keysets; /* owned; the texts are not */
	size_t keyset_count;
	struct story_unit *units; /* owned */
	size_t unit_count;
	struct story_other *others; /* owned */
	size_t other_count;

	/* Set by story_judge: */
	struct keyring ring;
	const struct keyset_key *editors[LIMIT_APPROVALS]; /* of the first signed entry; of the ring */
	size_t editor_count;
	int demanded; /* editors that its keyset demands for the channel */
};

/* clang-format off */
#define STORY_INIT {.json = NULL}
/* clang-format on */

#define auto_story CLEANUP(story_release)

void story_release(struct story *story) NONNULL;

/* 701. Proves nothing yet. `*ret` is new. */
bool story_parse(const void *data, size_t len, struct story *ret, struct err *err) MUST_USE NONNULL;

/*
 * Judges all of it by the root alone: keysets, entries and who signed them, editors, certificates,
 * receipts. The error names unit, device and receipt. What it does not say: whether the audience was
 * right, and whether anything was left out.
 */
bool story_judge(
	struct story *story, const struct fingerprint *root, struct err *err) MUST_USE NONNULL;

/*
 * Judges the manifest's bytes against a story that was judged: it is the one that the editors signed
 * (306), and channel, number, kind, rule and expiry are what it says (307, 702). `*ret` is new.
 */
bool story_judge_manifest(const struct story *story, const void *manifest, size_t len,
	struct manifest *ret, struct err *err) MUST_USE NONNULL;

/* Whether a device of the unit signed that state; of judged ones. `*ret_at` is the first time. */
bool story_reached(
	const struct story_unit *unit, enum receipt_state state, int64_t *ret_at) MUST_USE NONNULL;

/* The same of what settles a delivery: stored, or recalled when that is what it is. */
bool story_settled(
	const struct story *story, const struct story_unit *unit, int64_t *ret_at) MUST_USE NONNULL;

/* "owed", "settled", ... */
const char *story_state_name(enum story_state state);

#endif
