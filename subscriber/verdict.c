#include "subscriber/verdict.h"

#include "common/publication.h"
#include "common/seal.h"

void opened_release(struct opened *opened)
{
	buf_release(&opened->manifest_bytes);
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
	return body_read_files(&input->entry->body, input->content_key, input->source,
			   input->source_context, opened->manifest_bytes.len, &opened->manifest, sink, err) ||
		   verdict_first_wrong(input, ret_bad_part, err);
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
	if (!body_peek_manifest(&input->entry->body, input->content_key, input->source,
			input->source_context, &opened.manifest_bytes, err) ||
		!publication_judge(input->entry, opened.manifest_bytes.data, opened.manifest_bytes.len,
			input->ring, input->now, input->max_bytes, &opened.manifest, err))
		return verdict_first_wrong(input, ret_bad_part, err);
	*ret = opened;
	opened = (struct opened)OPENED_INIT;
	return true;
}
