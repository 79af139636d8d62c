#include "subscriber/catalog.h"

#include "common/clock.h"
#include "subscriber/folder.h"
#include "subscriber/inbox.h"

#include <unicase.h>
#include <uninorm.h>

#include <stdlib.h>
#include <string.h>

enum { CATALOG_TEXT_MAX = 4 * LIMIT_MANIFEST };

bool catalog_normal(const char *text, struct buf *out, struct err *err)
{
	size_t len;
	auto_free uint8_t *folded =
		u8_casefold((const uint8_t *)text, strlen(text), NULL, UNINORM_NFKC, NULL, &len);

	if (!folded)
		return err_set(err, ERR_SYSTEM, "out of memory");
	return buf_append(out, folded, len, err);
}

static bool catalog_line(struct buf *out, const char *text, struct err *err)
{
	return catalog_normal(text, out, err) && buf_append(out, "\n", 1, err);
}

static bool catalog_text(const struct manifest *manifest, struct buf *out, struct err *err)
{
	char id[PUB_ID_SIZE];

	if (!catalog_line(out, manifest->title, err) || !catalog_line(out, manifest->number, err) ||
		!catalog_line(out, manifest->channel, err) ||
		!catalog_line(out, pub_id_format(&manifest->id, id), err))
		return false;
	for (size_t i = 0; i < manifest->file_count; i++) {
		if (!catalog_line(out, manifest->files[i].name, err))
			return false;
	}
	for (size_t i = 0; i < manifest->field_count; i++) {
		if (!catalog_line(out, manifest->fields[i].name, err) ||
			!catalog_line(out, manifest->fields[i].value, err))
			return false;
	}
	return true;
}

/* A field that is no time is a text like any other. */
static int64_t catalog_date(const struct manifest *manifest, const char *name)
{
	struct err none;
	int64_t at;

	for (size_t i = 0; i < manifest->field_count; i++) {
		if (strcmp(manifest->fields[i].name, name) == 0 &&
			clock_parse(manifest->fields[i].value, &at, &none))
			return at;
	}
	return 0;
}

bool catalog_add(struct db *db, const struct manifest *manifest, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(CATALOG_TEXT_MAX);
	char id[PUB_ID_SIZE];

	return catalog_text(manifest, &text, err) &&
		   db_run(db, err,
			   "INSERT OR IGNORE INTO catalog (publication, kind, text, reply_by, deadline, starts,"
			   " ends) VALUES (?, ?, ?, nullif(?, 0), nullif(?, 0), nullif(?, 0), nullif(?, 0))",
			   "tttiiii", pub_id_format(&manifest->id, id), kind_name(manifest->kind),
			   buf_str(&text), catalog_date(manifest, "reply-by"),
			   catalog_date(manifest, "deadline"), catalog_date(manifest, "starts"),
			   catalog_date(manifest, "ends"));
}

static bool catalog_missing(void *context, const struct document *document, struct err *err)
{
	struct unit *unit = context;
	auto_folder struct folder folder = {.signers = ""};
	auto_buf struct buf path = BUF_INIT(8192);
	auto_fd int dir = -1;
	struct err damaged;

	if (*document->kind || !inbox_open_folder(unit->config, document, &path, &dir, &damaged) ||
		!folder_load(dir, &unit->config->root, &folder, &damaged))
		return true;
	return catalog_add(&unit->db, &folder.manifest, err);
}

bool catalog_fill(struct unit *unit, struct err *err)
{
	return inbox_list(&unit->db, NULL, catalog_missing, unit, err);
}
