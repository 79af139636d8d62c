/* The verbs of certwire, each in a file of its own name. */
#ifndef CERTWIRE_PUBLISHER_CLI_VERBS_H
#define CERTWIRE_PUBLISHER_CLI_VERBS_H

#include "common/cli.h"

bool verb_keygen(const struct cli_call *call, struct err *err);
bool verb_key_show(const struct cli_call *call, struct err *err);
bool verb_keyset_make(const struct cli_call *call, struct err *err);
bool verb_keyset_import(const struct cli_call *call, struct err *err);
bool verb_keyset_show(const struct cli_call *call, struct err *err);
bool verb_device_list(const struct cli_call *call, struct err *err);
bool verb_device_certify(const struct cli_call *call, struct err *err);
bool verb_draft(const struct cli_call *call, struct err *err);
bool verb_lint(const struct cli_call *call, struct err *err);
bool verb_preview(const struct cli_call *call, struct err *err);
bool verb_submit(const struct cli_call *call, struct err *err);
bool verb_return(const struct cli_call *call, struct err *err);
bool verb_schedule(const struct cli_call *call, struct err *err);
bool verb_edit(const struct cli_call *call, struct err *err);
bool verb_unlock(const struct cli_call *call, struct err *err);
bool verb_whoami(const struct cli_call *call, struct err *err);
bool verb_doctor(const struct cli_call *call, struct err *err);
bool verb_board(const struct cli_call *call, struct err *err);
bool verb_show(const struct cli_call *call, struct err *err);
bool verb_approve(const struct cli_call *call, struct err *err);
bool verb_issue(const struct cli_call *call, struct err *err);
bool verb_recall(const struct cli_call *call, struct err *err);
bool verb_supersede(const struct cli_call *call, struct err *err);
bool verb_replies(const struct cli_call *call, struct err *err);
bool verb_send(const struct cli_call *call, struct err *err);
bool verb_remind(const struct cli_call *call, struct err *err);
bool verb_withdraw(const struct cli_call *call, struct err *err);
bool verb_list(const struct cli_call *call, struct err *err);
bool verb_status(const struct cli_call *call, struct err *err);
bool verb_audit(const struct cli_call *call, struct err *err);
bool verb_audit_verify(const struct cli_call *call, struct err *err);
bool verb_verify(const struct cli_call *call, struct err *err);

extern const struct cli_option keygen_options[];
extern const struct cli_option key_show_options[];
extern const struct cli_option keyset_make_options[];
extern const struct cli_option keyset_import_options[];
extern const struct cli_option device_list_options[];
extern const struct cli_option keyset_show_options[];
extern const struct cli_option device_certify_options[];
extern const struct cli_option draft_options[];
extern const struct cli_option lint_options[];
extern const struct cli_option preview_options[];
extern const struct cli_option submit_options[];
extern const struct cli_option return_options[];
extern const struct cli_option schedule_options[];
extern const struct cli_option edit_options[];
extern const struct cli_option unlock_options[];
extern const struct cli_option whoami_options[];
extern const struct cli_option doctor_options[];
extern const struct cli_option board_options[];
extern const struct cli_option show_options[];
extern const struct cli_option approve_options[];
extern const struct cli_option issue_options[];
extern const struct cli_option recall_options[];
extern const struct cli_option replies_options[];
extern const struct cli_option send_options[];
extern const struct cli_option remind_options[];
extern const struct cli_option withdraw_options[];
extern const struct cli_option list_options[];
extern const struct cli_option status_options[];
extern const struct cli_option audit_options[];
extern const struct cli_option audit_verify_options[];
extern const struct cli_option verify_options[];

#endif
