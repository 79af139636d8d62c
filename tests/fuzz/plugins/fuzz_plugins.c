/*
 * Both plugins as Mosquitto has them, their real callbacks, in a broker, before a loader and a writer that a
 * script plays: who connects how, subscribes, publishes, leaves; what PostgreSQL has to say of units; time,
 * SIGHUP. After each act what must hold is looked at. A script's bytes are foreign: see line.h.
 *
 *	o<plugin> name value	an option of it ("e" or "r"), before anything else
 *	c...			somebody connects: knock.h
 *	d<client> D<client>	its connection ends; D: its session stays
 *	s<client> filter	it subscribes; u: it unsubscribes
 *	p<client><how><size><times> topic	it publishes: how & 1 retained, how >> 1 & 3 QoS
 *	w<client> topic		the will of who is gone
 *	n<unit><what>		news of a unit: "g" good, "x" suspended; revoked or not: "r" d1, "s" d2; its key:
 *				"l" d1, "k" d2; its TLS certificate: "b" d1, "c" d2; a channel: "0" to "3" none, "4" to "7" for a
 *				minute, "8" to ";" for ever
 *	a f<ahead>		a whole new copy; nothing new, with the database's clock ahead
 *	t<how long>		time passes, from nothing to a year, and the loop turns; j<+ or ->: the wall's clock alone jumps
 *	h			SIGHUP
 *	b<many> B e		the writer takes parcels, gives them back, begins anew
 */
#include "tests/fuzz/plugins/visit.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ACTS_MAX = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct visit *visit = visit_new();

	for (int acts = 0; size > 0 && acts < ACTS_MAX; acts++) {
		struct line line = line_next(&data, &size);

		if (line.act == 'o')
			visit_option(visit, &line);
		else if (visit_begin(visit))
			visit_act(visit, &line);
		else
			acts = ACTS_MAX;
		line_release(&line);
	}
	visit_free(visit);
	return 0;
}
