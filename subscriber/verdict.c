#include "subscriber/verdict.h"

#include "common/publication.h"
#include "common/seal.h"

void opened_release(struct opened *opened)
{
	secret_free(opened->content_key);
	buf_release(&opened->manifest_bytes);
	manifest_release(&opened->manifest);
	*opened = (struct opened)OPENED_INIT;
}

static bool nowhere_file(void *context, size_t file, struct err *err)
{
	(void)context;
	(void)file;
	(void)err;
	return true;
}

static bool nowhere_write(void *context, const void *data, size_t len, struct err *err)
{
	(void)context;
	(void)data;
	(void)len;
	(void)err;
	return true;
}

static const struct body_file_sink nowhere = {nowhere_file, nowhere_write, nowhere_file, NULL};

bool verdict_files(const struct verdict_input *input, const struct opened *opened,
	const struct body_file_sink *sink, struct err *err)
{
	return body_read_files(&input->entry->body, opened->content_key, input->source,
		input->source_context, opened->manifest_bytes.len, &opened->manifest, sink, err);
}

bool verdict_judge(
	const struct verdict_input *input, struct opened *ret, uint32_t *ret_bad_part, struct err *err)
{
	auto_opened struct opened opened = OPENED_INIT;

	buf_init(&opened.manifest_bytes, LIMIT_MANIFEST);
	*ret_bad_part = VERDICT_NO_PART;
	if (!grant_open(
			input->sealed, &input->entry->publication, input->device, &opened.content_key, err))
		return false;
	if (!body_read_manifest(&input->entry->body, opened.content_key, input->source,
			input->source_context, &opened.manifest_bytes, ret_bad_part, err)) {
		if (err->code != REFUSAL_PART_SEALED)
			*ret_bad_part = VERDICT_NO_PART;
		return false;
	}
	if (!publication_judge(input->entry, opened.manifest_bytes.data, opened.manifest_bytes.len,
			input->ring, input->now, input->max_bytes, &opened.manifest, err) ||
		!verdict_files(input, &opened, &nowhere, err))
		return false;
	*ret = opened;
	opened = (struct opened)OPENED_INIT;
	return true;
}
