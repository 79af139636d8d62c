#include "publisher/cli/replied.h"

#include <stdio.h>
#include <string.h>

void replied_release(struct replied *replied)
{
	replies_release(&replied->replies);
}

static bool is_answered(const struct editor_publication *publication)
{
	return strcmp(publication->channel, "seminar") == 0 ||
		   strcmp(publication->channel, "opportunity") == 0;
}

bool replied_open(const struct cli_call *call, struct session *session, const struct lookup *found,
	struct replied *ret, struct err *err)
{
	struct opened *opened = &ret->replies.opened;
	struct err why;

	if (!is_answered(&found->publication) || !(cli_has(call, "key") || signer_at_hand(session)))
		return true;
	ret->session = session;
	ret->counts = opened_read(session, found->publication.id, opened, &why);
	if (!ret->counts && why.kind == ERR_SYSTEM) {
		*err = why;
		return false;
	}
	if (!ret->counts)
		(void)fprintf(stderr, "注意 note: 不计答复 replies are not counted: %s\n", why.text);
	return true;
}

bool replied_look(struct replied *replied, bool *ret_changed, struct err *err)
{
	int before = replied_units(replied);

	if (replied->counts && !replies_read(&replied->replies, replied->session->pg, err))
		return false;
	*ret_changed = replied_units(replied) != before;
	return true;
}

int replied_units(const struct replied *replied)
{
	return (int)replied->replies.answers.count;
}

bool replied_summary(const struct replied *replied, struct buf *out, struct err *err)
{
	return !replied->counts || buf_printf(out, err, "，%d 已答复 replied", replied_units(replied));
}
