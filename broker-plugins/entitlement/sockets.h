/*
 * What the configuration of Mosquitto 2.0 cannot say of its listening sockets.
 */
#ifndef CERTWIRE_ENTITLEMENT_SOCKETS_H
#define CERTWIRE_ENTITLEMENT_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

/*
 * On every TCP socket on which this process listens: connections taken from it are cut when what was
 * sent to them is not acknowledged for `user_timeout_ms` (a client that reads nothing at all), and
 * more of them may wait to be taken than Mosquitto's 100. Returns how many sockets there were. Makes
 * system calls, so it is for the first tick alone, when nobody is connected yet.
 */
size_t sockets_tune(int64_t user_timeout_ms);

#endif
