/*
 * Which release this is.
 */
#ifndef CERTWIRE_COMMON_VERSION_H
#define CERTWIRE_COMMON_VERSION_H

/* Borrowed, lives for ever: "1.2.3". */
const char *version_text(void);

#endif
