/*
 * Verifying many certificates at once, on all processors: a first copy of 100,000 units would
 * otherwise take a quarter of a minute of one. Nothing is believed more easily for it: who is believed
 * is asked with trust_certificate as always.
 */
#ifndef CERTWIRE_KIT_TRUST_LEARN_H
#define CERTWIRE_KIT_TRUST_LEARN_H

#include "broker-plugins/kit/trust.h"
#include "common/macros.h"

#include <stddef.h>

/*
 * Verifies those that are not known yet and keeps what is good, so that trust_certificate finds it.
 * What is bad is verified, and told, there again. Does less when memory or threads are short.
 */
void trust_learn(struct trust *trust, size_t count, const char *const *jwss) NONNULL;

#endif
