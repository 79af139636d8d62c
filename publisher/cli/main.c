#include "common/cli.h"
#include "publisher/cli/session.h"
#include "publisher/cli/verbs.h"

static const struct cli_verb verbs[] = {
	{"draft", verb_draft, "CHANNEL [FILE...]",
		"seal files as the draft of a publication and sign it", draft_options},
	{"edit", verb_edit, "ID [FILE...]",
		"change what is not issued yet: a new draft takes its place, to be approved anew",
		edit_options},
	{"lint", verb_lint, "FILE...", "what attachments are, and what to know before they go out",
		lint_options},
	{"show", verb_show, "ID", "open a publication: what it says, who signed, who will receive",
		show_options},
	{"preview", verb_preview, "ID",
		"who will get it and who not and why, what changed, what the unit will see",
		preview_options},
	{"submit", verb_submit, "ID", "hand your draft over for review", submit_options},
	{"approve", verb_approve, "ID", "read another editor's draft and sign it", approve_options},
	{"return", verb_return, "ID", "give it back to its drafter with a comment; approvals are void",
		return_options},
	{"schedule", verb_schedule, "ID", "have an approved publication sent at a time to come",
		schedule_options},
	{"issue", verb_issue, "ID", "ask that an approved publication be sent", issue_options},
	{"withdraw", verb_withdraw, "ID", "give up a publication that is not issued yet",
		withdraw_options},
	{"supersede", verb_supersede, "ID FILE...",
		"draft what replaces an issued publication: draft --supersedes, channel and number known",
		draft_options},
	{"recall", verb_recall, "ID", "draft the recall of an issued publication and sign it",
		recall_options},
	{"list", verb_list, NULL, "publications, newest first", list_options},
	{"status", verb_status, "ID", "who has stored, opened or refused it, and who has not got it",
		status_options},
	{"board", verb_board, NULL, "the receipt board of a period, as a page, a table or JSON",
		board_options},
	{"unlock", verb_unlock, NULL, "keep your key open in the kernel's session keyring for a while",
		unlock_options},
	{"whoami", verb_whoami, NULL, "your login, roles and key", whoami_options},
	{"doctor", verb_doctor, NULL, "whether all that you need is there and running, and what to do",
		doctor_options},
	{"send", verb_send, "ID", "send a back number to one unit that is entitled now, or a test",
		send_options},
	{"remind", verb_remind, "ID",
		"offer it again at once to those who lack it, and list the contacts to phone",
		remind_options},
	{"replies", verb_replies, "ID", "open what units answered to a seminar or an opportunity",
		replies_options},
	{"device list", verb_device_list, NULL, "devices that wait for a certificate or have one",
		device_list_options},
	{"device certify", verb_device_certify, "UNIT DEVICE",
		"certify a device once its fingerprint was compared by phone", device_certify_options},
	{"audit", verb_audit, "ID",
		"prove from the database who approved a publication, to whom it went, who signed for it",
		audit_options},
	{"verify", verb_verify, "FILE",
		"check the proof that 'audit ID --out FILE' wrote; needs no database, only --root",
		verify_options},
	{"audit verify", verb_audit_verify, NULL,
		"prove that nobody changed the audit, its database's superuser included",
		audit_verify_options},
	{"keygen", verb_keygen, NULL, "make a key", keygen_options},
	{"key show", verb_key_show, "FILE", "whose key a file holds; needs no passphrase",
		key_show_options},
	{"keyset make", verb_keyset_make, NULL, "sign the next keyset with the root key",
		keyset_make_options},
	{"keyset import", verb_keyset_import, "FILE", "put a keyset into PostgreSQL",
		keyset_import_options},
	{"keyset show", verb_keyset_show, "[FILE]",
		"the newest keyset in PostgreSQL, or that of a file", keyset_show_options},
	{0},
};

static const struct cli_words words[] = {
	{"CHANNEL", "weekly monthly opportunity seminar"},
	{"ROLE", "root registrar editor dispatcher recovery"},
	{"TAG", "zh-CN en"},
	{"NAME=VALUE",
		"year= issue= period-from= period-to= opportunity=research opportunity=service sponsor= "
		"budget= deadline= how-to-declare= regions= capabilities= starts= ends= time-zone= place= "
		"link= seats= reply-by= agenda="},
	{0},
};

int main(int argc, char **argv)
{
	static const struct cli_settings settings[] = {{NULL, session_keys}, {0}};
	static const struct cli_program program = {
		.name = "certwire",
		.summary = "publish sealed documents to support units and see who has them",
		.verbs = verbs,
		.options = session_options,
		.settings = settings,
		.words = words,
	};

	return cli_main(&program, argc, argv);
}
