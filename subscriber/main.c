#include "common/cli.h"
#include "subscriber/verbs.h"

static const struct cli_option program_options[] = {
	{"config", "FILE", "configuration (default: ~/.config/certwire/unit.conf)", false},
	{"state", "DIR", "state folder; its unit.conf is used unless --config says otherwise", false},
	{0},
};

static const struct cli_option enroll_options[] = {
	{"unit", "UNIT", "id of the unit, as CNCERT registered it", false},
	{"device", "DEVICE", "id of this device, your own choice", false},
	{"broker", "HOST:PORT", "a broker: mqtts://host:port, or host:port on this machine", true},
	{"broker-ca", "FILE", "certificates that vouch for the brokers (PEM)", false},
	{"root", "FINGERPRINT", "fingerprint of CNCERT's root key, as read over the phone", false},
	{"inbox", "DIR", "where documents land (default: inbox in the state folder)", false},
	{0},
};

static const struct cli_option json_options[] = {
	{"json", NULL, "print JSON", false},
	{0},
};

static const struct cli_option reply_options[] = {
	{"accept", "N", "to a seminar: we come, with N people", false},
	{"decline", NULL, "we do not come, or are not interested", false},
	{"interest", NULL, "in an opportunity: we are interested", false},
	{"note", "TEXT", "what else CNCERT should know, in a line", false},
	{0},
};

static const struct cli_option resync_options[] = {
	{"since", "DATE", "only documents that came since then, such as 2026-11-01", false},
	{0},
};

static const struct cli_option token_options[] = {
	{"broker", "HOST:PORT", "for which broker (default: the first configured)", false},
	{"out", "FILE", "write the options to a new file of mode 0600", false},
	{0},
};

static const struct cli_verb verbs[] = {
	{"enroll", verb_enroll, NULL, "make this device's key and the request to certify it",
		enroll_options},
	{"run", verb_run, NULL, "receive documents (in the foreground, until SIGTERM)", NULL},
	{"inbox list", verb_inbox_list, NULL, "what has arrived, unread first", json_options},
	{"inbox show", verb_inbox_show, "ID", "what a document is and who signed it", json_options},
	{"inbox open", verb_inbox_open, "ID", "open a document, and tell CNCERT that it was opened",
		NULL},
	{"inbox verify", verb_inbox_verify, "[ID]", "check documents against CNCERT's root, off line",
		NULL},
	{"reply", verb_reply, "ID",
		"answer a seminar or an opportunity; sealed to CNCERT, the newest answer counts",
		reply_options},
	{"resync", verb_resync, NULL,
		"after a lost disk, or in doubt: ask CNCERT again for what is not whole here",
		resync_options},
	{"status", verb_status, NULL, "one word, why, and what to do", json_options},
	{"anchor", verb_anchor, "FILE",
		"write what CNCERT has signed of its audit to a new file, for its auditors", NULL},
	{"token", verb_token, NULL, "a one-time token, as options for mosquitto_sub", token_options},
	{0},
};

int main(int argc, char **argv)
{
	const struct cli_program program = {
		.name = "certwire-unit",
		.summary = "receives what CNCERT owes to a support unit, and proves it",
		.verbs = verbs,
		.options = program_options,
	};

	return cli_main(&program, argc, argv);
}
