#include "publisher/cli/title.h"

#include <stdio.h>
#include <string.h>

#include "common/body.h"
#include "common/buf.h"
#include "common/manifest.h"
#include "common/pub_id.h"
#include "common/seal.h"
#include "db/editor.h"

enum { LENGTH_BYTES = 4, HEAD_MAX = LENGTH_BYTES + LIMIT_MANIFEST };

/* The beginning of a plaintext: the manifest's length, the manifest, and some of the first file. */
struct head {
	struct body_opener *opener; /* borrowed */
	struct buf bytes;
};

static bool keep(void *context, const uint8_t *data, size_t len, struct err *err)
{
	struct head *head = context;
	size_t room = head->bytes.max - head->bytes.len;

	return buf_append(&head->bytes, data, len < room ? len : room, err);
}

static size_t manifest_len(const struct head *head)
{
	const uint8_t *b = head->bytes.data;

	return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

static bool is_complete(const struct head *head)
{
	return head->bytes.len >= LENGTH_BYTES && head->bytes.len - LENGTH_BYTES >= manifest_len(head);
}

static bool push(
	void *context, uint32_t index, const uint8_t part[static PART_BYTES], struct err *err)
{
	struct head *head = context;

	(void)index;
	return body_opener_push(head->opener, part, err);
}

static bool read_head(struct pg *pg, const struct editor_publication *publication,
	const struct secret *content_key, struct head *head, struct err *err)
{
	auto_body_opener struct body_opener *opener = NULL;

	if (!body_opener_new(&publication->body, content_key, keep, head, &opener, err))
		return false;
	head->opener = opener;
	for (uint32_t i = 0; !is_complete(head); i++) {
		if (i == publication->body.parts || head->bytes.len == HEAD_MAX)
			return err_code(err, REFUSAL_MANIFEST_MALFORMED, "the manifest is cut short");
		if (!editor_parts(pg, publication->id, i, 1, push, head, err))
			return false;
	}
	return true;
}

static bool take_title(const struct head *head, const struct editor_publication *publication,
	char out[static TITLE_SIZE], struct err *err)
{
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	const uint8_t *bytes = head->bytes.data + LENGTH_BYTES;
	struct digest digest = digest_of(bytes, manifest_len(head));

	if (!digest_equal(&digest, &publication->manifest_digest))
		return err_code(
			err, REFUSAL_MANIFEST_DIGEST, "the manifest is not the one that PostgreSQL names");
	if (!manifest_parse(bytes, manifest_len(head), &manifest, err))
		return false;
	(void)snprintf(out, TITLE_SIZE, "%s", manifest.title);
	return true;
}

bool title_read(struct pg *pg, const struct editor_publication *publication,
	const struct signer *editor, char out[static TITLE_SIZE], struct err *err)
{
	auto_secret struct secret *content_key = NULL;
	uint8_t sealed[GRANT_BYTES];
	bool found = false;
	struct pub_id id;

	if (!pub_id_parse(publication->id, strlen(publication->id), &id))
		return err_set(
			err, ERR_DATA, "publication id '%s' is malformed", ERR_QUOTED(publication->id));
	if (!editor_content_key(pg, publication->id, editor->kid, sealed, &found, err))
		return false;
	if (!found) {
		*out = '\0';
		return true;
	}
	struct head head = {.bytes = BUF_INIT(HEAD_MAX)};
	bool ok = grant_open(sealed, &id, &editor->key, &content_key, err) &&
			  read_head(pg, publication, content_key, &head, err) &&
			  take_title(&head, publication, out, err);

	buf_release(&head.bytes);
	return ok;
}
