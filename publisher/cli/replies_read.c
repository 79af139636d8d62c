#include "publisher/cli/replies_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/device.h"
#include "common/refusal.h"
#include "db/editor_reply.h"
#include "publisher/cli/form_fill.h"
#include "publisher/cli/when.h"

void replies_release(struct replies *replies)
{
	answers_release(&replies->answers);
	pg_rows_free(replies->rows);
	opened_release(&replies->opened);
}

/* What the publication says of seats and time; what cannot be read is no limit, and that is said. */
static void read_limits(const struct manifest *manifest, bool quietly, struct answers *answers)
{
	const char *by = form_value(manifest, "reply-by");
	const char *seats = form_value(manifest, "seats");
	struct err err;

	by = by ? by : form_value(manifest, "deadline");
	answers->reply_by = TIME_NONE;
	if (by && !when_parse("reply-by", by, WHEN_END_OF_DAY, &answers->reply_by, &err) && !quietly)
		(void)fprintf(stderr, "注意 note: %s\n", err.text);
	answers->seats = seats ? strtoll(seats, NULL, 10) : 0;
	if (seats && answers->seats < 1 && !quietly)
		(void)fprintf(stderr, "注意 note: seats '%s' is no number: no limit\n", ERR_QUOTED(seats));
}

static bool prove(const struct replies *replies, const struct editor_reply *row,
	struct reply *reply, struct err *err)
{
	struct device_certificate certificate;

	if (!reply_parse(row->raw.data, row->raw.len, reply, err))
		return false;
	if (strcmp(reply->unit, row->unit) != 0 || strcmp(reply->device, row->device) != 0 ||
		reply->number != row->number)
		return err_code(err, REFUSAL_REPLY_UNIT, "it stands under other labels");
	return device_certificate_verify(row->certificate, strlen(row->certificate),
			   replies->opened.keyset, &certificate, err) &&
		   device_certificate_check(&certificate, row->unit, row->device, row->received_at, err) &&
		   reply_verify(reply, &certificate.public, err);
}

/* A reply to another publication is none of ours; one to this must name this manifest. */
static bool take(
	struct replies *replies, const struct editor_reply *row, struct reply *reply, struct err *err)
{
	const struct opened *opened = &replies->opened;
	struct digest manifest = digest_of(opened->manifest_bytes.data, opened->manifest_bytes.len);
	struct answer answer = {
		.receipt = row->receipt, .name = row->name, .received_at = row->received_at};

	if (!reply_open(reply, &opened->editor.key, &answer.content, err))
		return false;
	if (!pub_id_equal(&answer.content.publication, &opened->found.id))
		return true;
	if (!digest_equal(&answer.content.manifest, &manifest))
		return err_code(err, REFUSAL_REPLY_DELIVERY, "it names another manifest");
	return answers_add(&replies->answers, &answer, err);
}

static bool read_one(struct replies *replies, const struct editor_reply *row, struct err *err)
{
	auto_reply struct reply reply = REPLY_INIT;
	struct err why;

	if (prove(replies, row, &reply, &why)) {
		if (!reply_is_for(&reply, replies->opened.editor.kid)) {
			replies->sealed++;
			return true;
		}
		if (take(replies, row, &reply, &why))
			return true;
	}
	if (why.kind == ERR_SYSTEM) {
		*err = why;
		return false;
	}
	replies->wrong++;
	if (row->receipt > replies->noted)
		(void)fprintf(stderr, "注意 note: %s.%s 的答复 reply %lld: %d %s\n", ERR_QUOTED(row->unit),
			ERR_QUOTED(row->device), (long long)row->number, why.code, why.text);
	return true;
}

bool replies_read(struct replies *replies, struct pg *pg, struct err *err)
{
	struct answers *answers = &replies->answers;

	pg_rows_free(replies->rows);
	replies->rows = NULL;
	answers_release(answers);
	*answers = (struct answers){.items = NULL};
	replies->sealed = 0;
	replies->wrong = 0;
	read_limits(&replies->opened.manifest, replies->was_read, answers);
	replies->was_read = true;
	if (!editor_replies(pg, replies->opened.found.publication.id, &replies->rows, err))
		return false;
	for (int i = 0; i < pg_row_count(replies->rows); i++) {
		struct editor_reply row = editor_replies_at(replies->rows, i);

		if (!read_one(replies, &row, err))
			return false;
		if (row.receipt > replies->noted)
			replies->noted = row.receipt;
	}
	answers_settle(answers);
	return true;
}
