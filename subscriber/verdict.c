#include "subscriber/verdict.h"

#include "common/publication.h"
#include "common/seal.h"

#include <sodium.h>

void opened_forget_plain(struct opened *opened)
{
	if (opened->plain.data)
		sodium_memzero(opened->plain.data, opened->plain.len);
	buf_release(&opened->plain);
}

void opened_release(struct opened *opened)
{
	buf_release(&opened->manifest_bytes);
	opened_forget_plain(opened);
	manifest_release(&opened->manifest);
	*opened = (struct opened)OPENED_INIT;
}

/*
 * What is good is opened but once. What is not is gone through part by part, so that the refusal is the
 * first in order, whatever was seen first: `err` stays as it is when the body as such is sound.
 */
static bool verdict_first_wrong(
	const struct verdict_input *input, uint32_t *ret_bad_part, struct err *err)
{
	auto_buf struct buf manifest = BUF_INIT(LIMIT_MANIFEST);
	struct err first;

	if (!err->code)
		return false;
	if (!body_read_manifest(&input->entry->body, input->content_key, input->source,
			input->source_context, &manifest, ret_bad_part, &first))
		*err = first;
	if (err->code != REFUSAL_PART_SEALED)
		*ret_bad_part = VERDICT_NO_PART;
	return false;
}

bool verdict_files(const struct verdict_input *input, const struct opened *opened,
	const struct body_file_sink *sink, uint32_t *ret_bad_part, struct err *err)
{
	*ret_bad_part = VERDICT_NO_PART;
	if (opened->plain.len > 0)
		return body_files_of_plain(
			&opened->plain, opened->manifest_bytes.len, &opened->manifest, sink, err);
	return body_read_files(&input->entry->body, input->content_key, input->source,
			   input->source_context, opened->manifest_bytes.len, &opened->manifest, sink, err) ||
		   verdict_first_wrong(input, ret_bad_part, err);
}

static bool peek(const struct verdict_input *input, struct opened *opened, struct err *err)
{
	const struct body *body = &input->entry->body;

	if (body->parts > 1)
		return body_peek_manifest(body, input->content_key, input->source, input->source_context,
			&opened->manifest_bytes, err);
	buf_init(&opened->plain, PART_PLAIN_BYTES);
	return body_peek_whole(body, input->content_key, input->source, input->source_context,
		&opened->manifest_bytes, &opened->plain, err);
}

bool verdict_judge(
	const struct verdict_input *input, struct opened *ret, uint32_t *ret_bad_part, struct err *err)
{
	auto_opened struct opened opened = OPENED_INIT;

	buf_init(&opened.manifest_bytes, LIMIT_MANIFEST);
	*ret_bad_part = VERDICT_NO_PART;
	if (!grant_open_in(
			input->sealed, &input->entry->publication, input->device, input->content_key, err))
		return false;
	if (!peek(input, &opened, err) ||
		!publication_judge(input->entry, opened.manifest_bytes.data, opened.manifest_bytes.len,
			input->ring, input->now, input->max_bytes, &opened.manifest, err))
		return verdict_first_wrong(input, ret_bad_part, err);
	*ret = opened;
	opened = (struct opened)OPENED_INIT;
	return true;
}
