/*
 * The background thread's half of denials: takes what was counted and writes it into PostgreSQL.
 */
#ifndef CERTWIRE_KIT_DENIAL_WRITER_H
#define CERTWIRE_KIT_DENIAL_WRITER_H

#include "broker-plugins/kit/denials.h"
#include "common/err.h"
#include "common/macros.h"
#include "db/pg.h"

#include <stdbool.h>

/*
 * Writes what there is. When that fails, those that were taken are lost: they are a record for
 * people, not proof, and each was refused all the same.
 */
bool denial_writer_run(
	struct denials *denials, struct pg *pg, const char *broker, struct err *err) MUST_USE NONNULL;

#endif
