/*
 * A script as it is played: what was started, who is there, and what must hold after each act.
 */
#ifndef CERTWIRE_TESTS_FUZZ_PLUGINS_VISIT_H
#define CERTWIRE_TESTS_FUZZ_PLUGINS_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/plugins/knock.h"
#include "tests/fuzz/plugins/line.h"
#include "tests/fuzz/plugins/parcels.h"
#include "tests/fuzz/plugins/people.h"
#include "tests/fuzz/plugins/stub_broker.h"

enum { OPTIONS_MAX = 16 };

struct visit {
	struct mosquitto_opt entitlement_options[OPTIONS_MAX]; /* owned */
	int entitlement_option_count;
	struct mosquitto_opt receipts_options[OPTIONS_MAX]; /* owned */
	int receipts_option_count;
	void *entitlement; /* what each plugin calls its userdata; NULL: it does not run */
	void *receipts;
	bool was_begun;
	bool told_elsewhere; /* what is a password in a dsn is in another option too */
	struct people people; /* as the loop knows them */
	struct people next; /* as it will from the next tick on */
	struct house house;
	struct knocker knocker;
	struct parcels parcels;
};

struct visit *visit_new(void);
void visit_free(struct visit *visit);

/* An option that the plugins are started with. */
void visit_option(struct visit *visit, const struct line *line);

/* Starts the plugins if that was not tried; whether both run. */
bool visit_begin(struct visit *visit);

void visit_act(struct visit *visit, const struct line *line);

/* visit_check.c: what must hold after each act, and after the turns of the loop that were asked for. */
void visit_check(const struct visit *visit);
void visit_check_turn(const struct visit *visit);

#endif
