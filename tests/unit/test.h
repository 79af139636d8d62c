/*
 * What every unit test includes: cmocka with what it needs before it, and checks that say why a
 * call failed.
 */
#ifndef CERTWIRE_TESTS_UNIT_TEST_H
#define CERTWIRE_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"

/* The call, whose last argument is &err, succeeds. */
#define assert_done(call) \
	do { \
		if (!(call)) \
			fail_msg("%s: %s", #call, err.text); \
	} while (0)

/* The call fails with this kind of error, and its text holds `part`. */
#define assert_refused(call, expected_kind, part) \
	do { \
		memset(&err, 0, sizeof err); \
		if (call) \
			fail_msg("%s: was not refused", #call); \
		assert_int_equal(err.kind, expected_kind); \
		if (!strstr(err.text, part)) \
			fail_msg("'%s' is not in '%s'", part, err.text); \
	} while (0)

/* The call fails with this refusal code of the protocol. */
#define assert_code(call, expected) \
	do { \
		memset(&err, 0, sizeof err); \
		if (call) \
			fail_msg("%s: was not refused", #call); \
		if (err.code != (int)(expected)) \
			fail_msg("code %d, not %d: %s", err.code, (int)(expected), err.text); \
	} while (0)

#endif
