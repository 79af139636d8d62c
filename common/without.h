/*
 * Mechanisms that a test build can be made without (CMake option CERTWIRE_WITHOUT), so that it is shown
 * that each is needed: without it, what tests/chaos checks does not hold. Each is 1 in such a build and 0
 * in every other one, where the compiler drops what asks for it.
 */
#ifndef CERTWIRE_COMMON_WITHOUT_H
#define CERTWIRE_COMMON_WITHOUT_H

/* Receipts that were sent once are not sent again. */
#ifndef CERTWIRE_WITHOUT_OUTBOX
#define CERTWIRE_WITHOUT_OUTBOX 0
#endif

/* A sync is answered by a head alone: neither offers nor parts. */
#ifndef CERTWIRE_WITHOUT_SYNC
#define CERTWIRE_WITHOUT_SYNC 0
#endif

/* A document that is in the inbox already is not recognised. */
#ifndef CERTWIRE_WITHOUT_IDEMPOTENCE
#define CERTWIRE_WITHOUT_IDEMPOTENCE 0
#endif

#endif
