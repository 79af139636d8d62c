#include "common/manifest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/filename.h"
#include "common/refusal.h"

void manifest_clear_files(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->file_count; i++) {
		free(manifest->files[i].name);
		free(manifest->files[i].type);
	}
	manifest->file_count = 0;
}

static void release_lists(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->field_count; i++) {
		free(manifest->fields[i].name);
		free(manifest->fields[i].value);
	}
	manifest_clear_files(manifest);
}

void manifest_release(struct manifest *manifest)
{
	release_lists(manifest);
	free(manifest->title);
	memset(manifest, 0, sizeof(*manifest));
}

static bool copy_text(const char *text, char **ret, struct err *err)
{
	char *copy = strdup(text);

	if (!copy)
		return err_set(err, ERR_SYSTEM, "out of memory for a manifest");
	*ret = copy;
	return true;
}

/* Both or none. */
static bool copy_pair(
	const char *one, const char *two, char **ret_one, char **ret_two, struct err *err)
{
	auto_free char *first = NULL;

	if (!copy_text(one, &first, err) || !copy_text(two, ret_two, err))
		return false;
	*ret_one = TAKE(first);
	return true;
}

bool manifest_set_title(struct manifest *manifest, const char *title, struct err *err)
{
	char *copy;

	if (!copy_text(title, &copy, err))
		return false;
	free(manifest->title);
	manifest->title = copy;
	return true;
}

bool manifest_add_field(
	struct manifest *manifest, const char *name, const char *value, struct err *err)
{
	struct manifest_field *field = &manifest->fields[manifest->field_count];

	if (manifest->field_count == LIMIT_FIELDS)
		return err_code(err, REFUSAL_LIMIT, "manifest: more than %d fields", LIMIT_FIELDS);
	if (!copy_pair(name, value, &field->name, &field->value, err))
		return false;
	manifest->field_count++;
	return true;
}

bool manifest_add_file(struct manifest *manifest, const char *name, const char *type,
	int64_t size_bytes, const struct digest *digest, struct err *err)
{
	struct manifest_file *file = &manifest->files[manifest->file_count];

	if (manifest->file_count == LIMIT_FILES)
		return err_code(err, REFUSAL_LIMIT, "manifest: more than %d files", LIMIT_FILES);
	if (!copy_pair(name, type, &file->name, &file->type, err))
		return false;
	file->size_bytes = size_bytes;
	file->digest = *digest;
	manifest->file_count++;
	return true;
}

/* Quadratic over at most 64 short names. */
static bool check_distinct(char *const *folded, size_t count, struct err *err)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(folded[i], folded[j]) == 0)
				return err_code(err, REFUSAL_FILE_NAME,
					"files %zu and %zu have names that differ in case at most", j + 1, i + 1);
	return true;
}

bool manifest_check_names(const struct manifest *manifest, struct err *err)
{
	char *folded[LIMIT_FILES] = {NULL};
	bool good = true;

	for (size_t i = 0; good && i < manifest->file_count; i++) {
		const char *name = manifest->files[i].name;

		good = filename_check(name, strlen(name), err) &&
			   filename_fold(name, strlen(name), &folded[i], err);
	}
	good = good && check_distinct(folded, manifest->file_count, err);
	for (size_t i = 0; i < manifest->file_count; i++)
		free(folded[i]);
	return good;
}

int64_t manifest_total_bytes(const struct manifest *manifest)
{
	int64_t total = 0;

	for (size_t i = 0; i < manifest->file_count; i++)
		total += manifest->files[i].size_bytes;
	return total;
}

bool manifest_check_total(const struct manifest *manifest, int64_t max_bytes, struct err *err)
{
	int64_t total = manifest_total_bytes(manifest);

	return total <= max_bytes ||
		   err_code(err, REFUSAL_LIMIT,
			   "the files have %" PRId64 " bytes altogether, more than %" PRId64, total, max_bytes);
}
