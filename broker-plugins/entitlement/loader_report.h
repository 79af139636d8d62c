/*
 * What the loader's thread tells PostgreSQL for the metrics: of the copy, of the loop, of who was
 * refused.
 */
#ifndef CERTWIRE_ENTITLEMENT_LOADER_REPORT_H
#define CERTWIRE_ENTITLEMENT_LOADER_REPORT_H

#include "broker-plugins/entitlement/loader.h"
#include "common/err.h"
#include "common/macros.h"

#include <stdbool.h>

/* When it is time. */
bool loader_report(struct loader *loader, struct err *err) MUST_USE NONNULL;

#endif
