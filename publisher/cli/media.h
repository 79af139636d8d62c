/* The media type of a file, by the ending of its name. */
#ifndef CERTWIRE_PUBLISHER_CLI_MEDIA_H
#define CERTWIRE_PUBLISHER_CLI_MEDIA_H

#include "common/macros.h"

/* Borrowed, lives for ever; "application/octet-stream" for an ending that is not known. */
const char *media_type(const char *name) NONNULL;

#endif
