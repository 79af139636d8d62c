/* bench_load: loads on a broker, with which scripts/bench.sh measures it. */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "tests/bench/load/load.h"
#include "tests/bench/load/must.h"

static const struct cli_option options[] = {
	{"port", "PORT", "the broker's, on 127.0.0.1", false},
	{"pid", "PID",
		"the broker's process, whose time is told; more than one: others that work for it", true},
	{"credential", "KIND", "what clients present: none, password, token, forged (none)", false},
	{"audience", "NAME", "the broker's name in tokens", false},
	{"clients", "COUNT", "how many (1000)", false},
	{0},
};

static const struct cli_option fan_options[] = {
	{"messages", "COUNT", "how many are published (100)", false},
	{"size", "BYTES", "of each (100)", false},
	{"window", "COUNT", "unacknowledged at a time (8)", false},
	{"topic", "TOPIC", "where they go", false},
	{"ping", NULL,
		"one client more pings all the time: the longest answer is the longest turn of the loop",
		false},
	{0},
};

static const struct cli_option storm_options[] = {
	{"tls", NULL, "over TLS", false},
	{0},
};

static const struct cli_option cut_options[] = {
	{"dsn", "CONNINFO", "PostgreSQL, as an administrator", false},
	{"topic", "TOPIC", "where the fan-out goes", false},
	{"readers", "COUNT", "how many of the clients take part in the fan-out (100)", false},
	{"cuts", "COUNT", "how many units are suspended, one after the other (20)", false},
	{"size", "BYTES", "of each message of the fan-out (32768)", false},
	{"at-once", NULL, "suspend them all in one statement", false},
	{0},
};

static const struct cli_option receipt_options[] = {
	{"publications", "COUNT", "how many each unit has stored (4)", false},
	{"rate", "COUNT", "so many receipts a second, each timed to its head (as fast as they can)",
		false},
	{0},
};

static const struct cli_option unit_options[] = {
	{"publications", "COUNT", "how many each unit receives (1)", false},
	{"held", "COUNT", "entries that each holds already (0)", false},
	{"told", "COUNT", "receipts that each has sent already (0)", false},
	{"ask", NULL,
		"they come back and ask for what they missed; else it comes to them once \"ready\" was "
		"printed",
		false},
	{0},
};

static const struct cli_option store_options[] = {
	{"folder", "FOLDER", "where documents are put down, and removed again", false},
	{"count", "COUNT", "how many (1000)", false},
	{"size", "BYTES", "of each (100)", false},
	{0},
};

static const struct cli_verb verbs[] = {
	{"fan", load_fan, NULL, "one publishes to all", fan_options},
	{"storm", load_storm, NULL, "all connect at once", storm_options},
	{"cut", load_cut, NULL, "units are suspended while others are served", cut_options},
	{"receipts", load_receipts, NULL, "every unit says that it stored every publication",
		receipt_options},
	{"units", load_units, NULL, "all units receive, sign receipts, and wait for them to be settled",
		unit_options},
	{"store", load_store, NULL, "what opening, hashing and keeping a document costs by itself",
		store_options},
	{"verify", load_verify, NULL, "what the operations of Ed25519 and X25519 cost libsodium alone",
		NULL},
	{0},
};

void give_up(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("bench_load: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

int main(int argc, char **argv)
{
	struct cli_program program = {
		.name = "bench_load",
		.summary = "loads a broker and tells what that cost",
		.verbs = verbs,
		.options = options,
	};
	struct rlimit files;

	/* A connection each. */
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (sodium_init() < 0)
		give_up("libsodium does not start");
	return cli_main(&program, argc, argv);
}
