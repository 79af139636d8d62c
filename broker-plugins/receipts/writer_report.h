/*
 * What the writer's thread tells PostgreSQL for the metrics: how many receipts wait, were put off,
 * committed and refused.
 */
#ifndef CERTWIRE_RECEIPTS_WRITER_REPORT_H
#define CERTWIRE_RECEIPTS_WRITER_REPORT_H

#include "broker-plugins/receipts/writer.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>

/* When it is time. */
bool writer_report(struct writer *writer, struct err *err) MUST_USE NONNULL;

#endif
