/*
 * The names of the protocol (docs/protocol.md section 1) and who may bear them. Buffers that hold
 * one are of the size named here, NUL included. `len` never counts a NUL.
 */
#ifndef CERTWIRE_COMMON_IDENT_H
#define CERTWIRE_COMMON_IDENT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/macros.h"

enum {
	UNIT_SIZE = 32 + 1,
	DEVICE_SIZE = 16 + 1,
	CHANNEL_SIZE = 32 + 1,
	NUMBER_SIZE = 32 + 1,
	LANGUAGE_SIZE = 35 + 1,
	CLIENT_ID_SIZE = UNIT_SIZE - 1 + 1 + DEVICE_SIZE, /* "<unit>.<device>" */
};

/* The user name of dispatchers; no unit may be called so. */
#define IDENT_DISPATCHER "dispatcher"

bool ident_is_unit(const char *text, size_t len) MUST_USE NONNULL;
bool ident_is_device(const char *text, size_t len) MUST_USE NONNULL;
bool ident_is_channel(const char *text, size_t len) MUST_USE NONNULL;

/* The number of a publication, such as "2026-47". */
bool ident_is_number(const char *text, size_t len) MUST_USE NONNULL;

/* A well-formed language tag of 2 to 35 characters (RFC 5646 section 2.1, the shape alone). */
bool ident_is_language(const char *text, size_t len) MUST_USE NONNULL;

/* A media type "type/subtype" by RFC 6838 section 4.2, 3 to 127 characters, no parameters. */
bool ident_is_media_type(const char *text, size_t len) MUST_USE NONNULL;

/* 1 to 128 bytes of valid UTF-8 without control characters: what a key is called. */
bool ident_is_key_name(const char *text, size_t len) MUST_USE NONNULL;

/*
 * Splits "<unit>.<device>"; "dispatcher.<name>" is one too. False when it is neither, outputs
 * untouched.
 */
bool ident_split_client_id(const char *text, size_t len, char unit[static UNIT_SIZE],
	char device[static DEVICE_SIZE]) MUST_USE NONNULL;

/* Joins them again; returns `out`. */
char *ident_client_id(
	const char *unit, const char *device, char out[static CLIENT_ID_SIZE]) NONNULL;

#endif
