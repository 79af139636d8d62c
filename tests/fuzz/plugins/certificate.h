/*
 * TLS certificates of clients: the authority made them, what they say is foreign.
 */
#ifndef CERTWIRE_TESTS_FUZZ_PLUGINS_CERTIFICATE_H
#define CERTWIRE_TESTS_FUZZ_PLUGINS_CERTIFICATE_H

#include <openssl/x509.h>

/* New. NULL when a subject cannot have that common name. */
X509 *certificate_new(const char *common_name);

#endif
