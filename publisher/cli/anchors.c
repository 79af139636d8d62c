#include "publisher/cli/anchors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/head.h"
#include "db/auditor.h"

enum { ANCHOR_FILE_MAX = 16 * 1024 * 1024 };

void anchors_release(struct anchors *anchors)
{
	free(anchors->items);
	*anchors = (struct anchors)ANCHORS_INIT;
}

static bool add(struct anchors *anchors, const struct head *head, const char *from, struct err *err)
{
	struct anchor *item;

	if (anchors->count == anchors->cap) {
		size_t cap = anchors->cap ? anchors->cap * 2 : 64;
		struct anchor *items = reallocarray(anchors->items, cap, sizeof *items);

		if (!items)
			return err_set(err, ERR_SYSTEM, "out of memory for %zu anchors", cap);
		anchors->items = items;
		anchors->cap = cap;
	}
	item = &anchors->items[anchors->count++];
	*item = (struct anchor){.sequence = head->checkpoint_sequence,
		.digest = head->checkpoint_digest,
		.epoch = head->epoch,
		.time = head->time,
		.from = from};
	memcpy(item->unit, head->unit, sizeof item->unit);
	if (head->epoch > anchors->newest_epoch)
		anchors->newest_epoch = head->epoch;
	return true;
}

/* Keysets that the head's dispatcher had and we are not shown could say that its key was stolen. */
static bool check_keyset(const struct head *head, const struct keyset *newest, struct err *err)
{
	int64_t held = newest ? newest->version : 0;

	return head->keyset <= held ||
		   err_set(err, ERR_DENIED,
			   "it names keyset %" PRId64 ", and PostgreSQL has only %" PRId64
			   ": keysets are withheld",
			   head->keyset, held);
}

/* Whether the key that signed is believed is no verdict on the audit; a wrong signature is. */
static bool judge(struct anchors *anchors, const struct head *head, const char *from,
	const struct keyring *ring, struct err *err)
{
	const struct keyset *newest = keyring_newest(ring);
	const struct keyset_key *signer;
	struct err why;

	if (!head->has_checkpoint || head->checkpoint_sequence < 1)
		return err_set(err, ERR_DATA, "the head has no checkpoint of the audit");
	if (!check_keyset(head, newest, err))
		return false;
	if (!newest || !keyset_signer(newest, head->jws.kid, ROLE_DISPATCHER, head->time,
					   REFUSAL_HEAD_SIGNATURE, &signer, &why)) {
		anchors->doubtful++;
		return true;
	}
	if (!head_verify(head, newest, err)) {
		err->kind = ERR_DENIED;
		return false;
	}
	return add(anchors, head, from, err);
}

static bool take(struct anchors *anchors, const char *jws, size_t len, const char *from,
	const struct keyring *ring, struct err *err)
{
	auto_free struct head *head = calloc(1, sizeof *head);
	bool ok;

	if (!head)
		return err_set(err, ERR_SYSTEM, "out of memory for a head");
	ok = head_parse(jws, len, head, err) && judge(anchors, head, from, ring, err);
	head_release(head);
	return ok;
}

bool anchors_read_kept(
	struct anchors *anchors, struct pg *pg, const struct keyring *ring, struct err *err)
{
	auto_rows struct pg_rows *rows = NULL;

	if (!auditor_anchors(pg, &rows, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		const char *jws = pg_text(rows, row, 0);

		if (take(anchors, jws ? jws : "", jws ? strlen(jws) : 0, "PostgreSQL", ring, err))
			continue;
		if (err->kind == ERR_DATA)
			err->kind = ERR_DENIED;
		return err_context(err, "anchor %d in PostgreSQL", row + 1);
	}
	return true;
}

static bool refuse_line(struct err *err, const char *path, int number)
{
	(void)err_context(err, "anchor in '%s', line %d", path, number);
	return err_advice(err, "give the file as certwire-unit anchor wrote it, and see that "
						   "PostgreSQL has the newest keyset");
}

bool anchors_read_file(
	struct anchors *anchors, const char *path, const struct keyring *ring, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(ANCHOR_FILE_MAX);
	size_t before = anchors->count;
	int number = 0;

	if (!file_read(path, ANCHOR_FILE_MAX, &text, err))
		return false;
	for (const char *line = buf_str(&text); *line;) {
		size_t len = strcspn(line, "\r\n");

		number++;
		if (len > 0 && !take(anchors, line, len, path, ring, err))
			return refuse_line(err, path, number);
		line += len + strspn(line + len, "\r\n");
	}
	return anchors->count > before || err_set(err, ERR_DENIED,
										  "'%s' holds no anchor that can be believed; a unit "
										  "writes one: certwire-unit anchor FILE",
										  path);
}

static int compare(const void *left, const void *right)
{
	const struct anchor *a = left;
	const struct anchor *b = right;

	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	return (a->time > b->time) - (a->time < b->time);
}

void anchors_sort(struct anchors *anchors)
{
	if (anchors->count > 0)
		qsort(anchors->items, anchors->count, sizeof *anchors->items, compare);
}
