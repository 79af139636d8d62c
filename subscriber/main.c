#include "common/cli.h"
#include "subscriber/config.h"
#include "subscriber/verbs.h"

static const struct cli_option program_options[] = {
	{"config", "FILE",
		"configuration (default: /etc/certwire/unit.conf, then ~/.config/certwire/unit.conf over "
		"it)",
		false},
	{"state", "DIR", "state folder; its unit.conf is used unless --config says otherwise", false},
	{"set", "KEY=VALUE", "a setting over file and environment (CERTWIRE_UNIT_KEY)", true},
	{0},
};

static const struct cli_option enroll_options[] = {
	{"unit", "UNIT", "id of the unit, as CNCERT registered it", false},
	{"device", "DEVICE", "id of this device, your own choice", false},
	{"broker", "HOST:PORT", "a broker: mqtts://host:port, or host:port on this machine", true},
	{"broker-ca", "FILE", "certificates that vouch for the brokers (PEM)", false},
	{"root", "FINGERPRINT", "fingerprint of CNCERT's root key, as read over the phone", false},
	{"inbox", "DIR", "where documents land (default: inbox in the state folder)", false},
	{"qr", NULL, "show the request as a QR code too (at a terminal it always is)", false},
	{"check", NULL, "whether CNCERT has certified this device, and nothing else", false},
	{0},
};

static const struct cli_option rotate_options[] = {
	{"qr", NULL, "show the request as a QR code too (at a terminal it always is)", false},
	{0},
};

static const struct cli_option web_options[] = {
	{"port", "PORT", "of 127.0.0.1 (default: any that is free)", false},
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

static const struct cli_option list_options[] = {
	{"since", "DATE", "only what came since then, such as 2026-11-01", false},
	{"channel", "CHANNEL", "only this channel, such as weekly", false},
	{"unread", NULL, "only what nobody has opened yet", false},
	{"json", NULL, "print JSON", false},
	{0},
};

static const struct cli_option export_options[] = {
	{"out", "FILE", "the zip to make (default: <channel>-<number>-<id>.zip here)", false},
	{0},
};

static const struct cli_option calendar_options[] = {
	{"out", "FILE", "write it there, over what is there (default: print it)", false},
	{0},
};

static const struct cli_option verify_options[] = {
	{"root", "FINGERPRINT", "CNCERT's root, where this machine has no configuration", false},
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
	{"inbox list", verb_inbox_list, NULL,
		"what has arrived, unread first, then by the date to come", list_options},
	{"inbox search", verb_inbox_search, "WORD...",
		"documents whose title, number, file names or fields hold all of these", list_options},
	{"inbox show", verb_inbox_show, "ID", "what a document is and who signed it", json_options},
	{"inbox open", verb_inbox_open, "ID", "open a document, and tell CNCERT that it was opened",
		NULL},
	{"inbox verify", verb_inbox_verify, "[ID]",
		"check documents, or the folder ./ID/, against CNCERT's root, off line", verify_options},
	{"inbox export", verb_inbox_export, "ID", "a document as a zip that anybody can check",
		export_options},
	{"inbox calendar", verb_inbox_calendar, NULL, "seminars and deadlines as iCalendar",
		calendar_options},
	{"inbox watch", verb_inbox_watch, NULL, "a line for each document that comes", json_options},
	{"reply", verb_reply, "ID",
		"answer a seminar or an opportunity; sealed to CNCERT, the newest answer counts",
		reply_options},
	{"resync", verb_resync, NULL,
		"after a lost disk, or in doubt: ask CNCERT again for what is not whole here",
		resync_options},
	{"status", verb_status, NULL, "one word, why, and what to do", json_options},
	{"doctor", verb_doctor, NULL, "walk the way to CNCERT step by step, and say where it breaks",
		json_options},
	{"device list", verb_device_list, NULL, "the unit's devices, as CNCERT last said", NULL},
	{"device rotate", verb_device_rotate, "ID",
		"make the key and request of the device that is to follow this one", rotate_options},
	{"device retire", verb_device_retire, NULL,
		"let the one that was certified follow this device; the daemon is stopped meanwhile", NULL},
	{"web", verb_web, NULL, "the inbox in a browser on this machine, until Ctrl-C", web_options},
	{"config show", verb_config_show, NULL, "every setting, and where it comes from", NULL},
	{"anchor", verb_anchor, "FILE",
		"write what CNCERT has signed of its audit to a new file, for its auditors", NULL},
	{"token", verb_token, NULL, "a one-time token, as options for mosquitto_sub", token_options},
	{0},
};

static const struct cli_settings settings[] = {{NULL, config_keys}, {0}};

int main(int argc, char **argv)
{
	const struct cli_program program = {
		.name = "certwire-unit",
		.summary = "receives what CNCERT owes to a support unit, and proves it",
		.verbs = verbs,
		.options = program_options,
		.settings = settings,
	};

	return cli_main(&program, argc, argv);
}
