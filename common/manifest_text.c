/* A manifest as JSON. */
#include "common/manifest.h"

#include <string.h>

#include "common/field.h"
#include "common/refusal.h"
#include "common/utf8.h"

enum { MALFORMED = REFUSAL_MANIFEST_MALFORMED };

static const char *const relations[] = {"supersedes", "recalls"};

/* A list within its limit, or 310: another client may know more. */
static bool read_list(const struct json_object *object, const char *name, size_t max,
	const json_t **ret, struct err *err)
{
	if (!json_get_array(object, name, 0, SIZE_MAX, ret, err))
		return false;
	return json_array_size(*ret) <= max ||
		   err_code(err, REFUSAL_LIMIT, "manifest: '%s' has more than %zu items", name, max);
}

static bool read_kind(const struct json_object *object, enum kind *ret, struct err *err)
{
	const char *text;

	if (!json_get_string(object, "kind", 1, 64, &text, err))
		return false;
	return (kind_parse(text, strlen(text), ret) && *ret != KIND_VOID) ||
		   err_code(err, REFUSAL_LIMIT, "manifest: its kind is not known here");
}

static bool read_title(const struct json_object *object, struct manifest *manifest, struct err *err)
{
	const char *title;
	bool nfc;

	if (!json_get_string(object, "title", 1, LIMIT_TITLE, &title, err) ||
		!utf8_is_nfc(title, strlen(title), &nfc, err))
		return false;
	if (!nfc)
		return field_refuse(object, "title", "is not in Unicode's form NFC", err);
	if (utf8_has_control(title, strlen(title)))
		return field_refuse(object, "title", "holds a control character or line break", err);
	return manifest_set_title(manifest, title, err);
}

static bool read_fields(
	const struct json_object *object, struct manifest *manifest, struct err *err)
{
	struct json_object fields;
	const char *name;
	const json_t *unused;

	if (!json_get_object(object, "fields", "manifest's fields", &fields, err))
		return false;
	json_object_foreach (fields.json, name, unused) {
		const char *value;

		(void)unused;
		if (strlen(name) < 1 || strlen(name) > LIMIT_FIELD_NAME)
			return field_refuse(object, "fields", "holds a name not of 1 to 64 bytes", err);
		if (!json_get_string(&fields, name, 0, LIMIT_FIELD_VALUE, &value, err) ||
			!manifest_add_field(manifest, name, value, err))
			return false;
	}
	return true;
}

static bool read_references(
	const struct json_object *object, struct manifest *manifest, struct err *err)
{
	static const char *const keys[] = {"relation", "publication", NULL};
	const json_t *list;

	if (!read_list(object, "references", LIMIT_REFERENCES, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct manifest_reference *reference = &manifest->references[i];
		struct json_object item;
		size_t relation;

		if (!json_item_object(object, list, i, "manifest's reference", &item, err) ||
			!json_only_keys(&item, keys, err) ||
			!field_word(&item, "relation", relations, ARRAY_LEN(relations), &relation, err) ||
			!field_pub_id(&item, "publication", &reference->publication, err))
			return false;
		reference->recalls = relation == 1;
		manifest->reference_count++;
	}
	return true;
}

static bool read_file(const struct json_object *item, struct manifest *manifest, struct err *err)
{
	static const char *const keys[] = {"name", "type", "size", "digest", NULL};
	const char *name;
	char type[LIMIT_MEDIA_TYPE + 1];
	int64_t size_bytes;
	struct digest digest;

	if (!json_only_keys(item, keys, err) ||
		!json_get_string(item, "name", 1, LIMIT_FILE_NAME, &name, err) ||
		!field_name(item, "type", ident_is_media_type, type, sizeof(type), err) ||
		!json_get_int(item, "size", 0, INT_53_MAX, &size_bytes, err) ||
		!json_get_digest(item, "digest", &digest, err))
		return false;
	if (size_bytes > LIMIT_FILE_BYTES)
		return err_code(
			err, REFUSAL_LIMIT, "manifest: a file has more than %d bytes", LIMIT_FILE_BYTES);
	return manifest_add_file(manifest, name, type, size_bytes, &digest, err);
}

static bool read_files(const struct json_object *object, struct manifest *manifest, struct err *err)
{
	const json_t *list;

	if (!read_list(object, "files", LIMIT_FILES, &list, err))
		return false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct json_object item;

		if (!json_item_object(object, list, i, "manifest's file", &item, err) ||
			!read_file(&item, manifest, err))
			return false;
	}
	return manifest->file_count > 0 || manifest->kind == KIND_RECALL ||
		   field_refuse(object, "files", "is empty", err);
}

static bool read_scalars(
	const struct json_object *object, struct manifest *manifest, struct err *err)
{
	return field_version(object, err) && field_pub_id(object, "id", &manifest->id, err) &&
		   json_get_b64(object, "salt", manifest->salt, MANIFEST_SALT_BYTES, err) &&
		   read_kind(object, &manifest->kind, err) &&
		   field_name(object, "channel", ident_is_channel, manifest->channel, CHANNEL_SIZE, err) &&
		   field_name(object, "number", ident_is_number, manifest->number, NUMBER_SIZE, err) &&
		   read_title(object, manifest, err) &&
		   field_name(
			   object, "language", ident_is_language, manifest->language, LANGUAGE_SIZE, err) &&
		   field_time(object, "created_at", &manifest->created_at, err) &&
		   field_time_or_null(object, "not_before", &manifest->not_before, err) &&
		   field_time_or_null(object, "expires_at", &manifest->expires_at, err) &&
		   json_get_digest(object, "audience", &manifest->audience, err);
}

static bool read_manifest(
	const struct json_object *object, struct manifest *manifest, struct err *err)
{
	static const char *const keys[] = {"v", "id", "salt", "kind", "channel", "number", "title",
		"language", "created_at", "not_before", "expires_at", "audience", "fields", "references",
		"files", NULL};

	return json_only_keys(object, keys, err) && read_scalars(object, manifest, err) &&
		   read_fields(object, manifest, err) && read_references(object, manifest, err) &&
		   read_files(object, manifest, err);
}

bool manifest_parse(const void *data, size_t len, struct manifest *ret, struct err *err)
{
	auto_json json_t *json = NULL;
	auto_manifest struct manifest manifest = MANIFEST_INIT;

	if (len > LIMIT_MANIFEST)
		return err_code(err, REFUSAL_LIMIT, "manifest: more than %d bytes", LIMIT_MANIFEST);
	if (!json_parse_strict(data, len, LIMIT_MANIFEST, "manifest", MALFORMED, &json, err))
		return false;

	struct json_object object = {json, "manifest", MALFORMED};

	if (!read_manifest(&object, &manifest, err))
		return false;
	*ret = manifest;
	manifest = (struct manifest)MANIFEST_INIT;
	return true;
}

static json_t *write_fields(const struct manifest *manifest)
{
	auto_json json_t *object = json_object();

	for (size_t i = 0; i < manifest->field_count; i++)
		if (!field_set_text(object, manifest->fields[i].name, manifest->fields[i].value))
			return NULL;
	return TAKE(object);
}

static json_t *write_references(const struct manifest *manifest)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < manifest->reference_count; i++) {
		const struct manifest_reference *reference = &manifest->references[i];
		auto_json json_t *item = json_object();

		if (!field_set_text(item, "relation", relations[reference->recalls ? 1 : 0]) ||
			!field_set_pub_id(item, "publication", &reference->publication) ||
			json_array_append(list, item) != 0)
			return NULL;
	}
	return TAKE(list);
}

static json_t *write_files(const struct manifest *manifest)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->files[i];
		auto_json json_t *item = json_object();

		if (!field_set_text(item, "name", file->name) ||
			!field_set_text(item, "type", file->type) ||
			!field_set_int(item, "size", file->size_bytes) ||
			!field_set_digest(item, "digest", &file->digest) || json_array_append(list, item) != 0)
			return NULL;
	}
	return TAKE(list);
}

static bool write_manifest(json_t *json, const struct manifest *manifest)
{
	return field_set_int(json, "v", 1) && field_set_pub_id(json, "id", &manifest->id) &&
		   field_set_b64(json, "salt", manifest->salt, MANIFEST_SALT_BYTES) &&
		   field_set_text(json, "kind", kind_name(manifest->kind)) &&
		   field_set_text(json, "channel", manifest->channel) &&
		   field_set_text(json, "number", manifest->number) &&
		   field_set_text(json, "title", manifest->title ? manifest->title : "") &&
		   field_set_text(json, "language", manifest->language) &&
		   field_set_int(json, "created_at", manifest->created_at) &&
		   field_set_time_or_null(json, "not_before", manifest->not_before) &&
		   field_set_time_or_null(json, "expires_at", manifest->expires_at) &&
		   field_set_digest(json, "audience", &manifest->audience) &&
		   field_set(json, "fields", write_fields(manifest)) &&
		   field_set(json, "references", write_references(manifest)) &&
		   field_set(json, "files", write_files(manifest));
}

bool manifest_format(const struct manifest *manifest, struct buf *out, struct err *err)
{
	auto_json json_t *json = json_object();
	auto_manifest struct manifest again = MANIFEST_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);

	if (!write_manifest(json, manifest))
		return field_write_failed("manifest", err);
	return json_write(json, &text, err) && manifest_parse(text.data, text.len, &again, err) &&
		   manifest_check_names(&again, err) && buf_append(out, text.data, text.len, err);
}
