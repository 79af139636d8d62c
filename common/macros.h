/*
 * Attributes that state a contract to the compiler, and the length of an array.
 */
#ifndef CERTWIRE_COMMON_MACROS_H
#define CERTWIRE_COMMON_MACROS_H

/* Parameter `fmt` is a printf format, its arguments start at `args` (0 for a va_list). */
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* The result may not be dropped. */
#define MUST_USE __attribute__((warn_unused_result))

/* No pointer parameter may be NULL. */
#define NONNULL __attribute__((nonnull))

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
