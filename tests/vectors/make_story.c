/* Vectors of stories: one that holds, and one for each way in which one does not. */
#include "tests/vectors/make.h"

#include <stdlib.h>
#include <string.h>

#include "common/approval.h"
#include "tests/fixture/fixture_story.h"
#include "tests/vectors/vector.h"

enum { STORY_BYTES_MAX = 256 * 1024 };

static const struct vector_edit edits[] = {
	{"version 2", "certwire-story", "2", 701},
	{"an unknown field in the publication", "publication/extra", "1", 701},
	{"kind 'void'", "publication/kind", "\"void\"", 701},
	{"an audience rule with padding", "publication/audience", "\"e30=\"", 701},
	{"no expiry", "publication/expires_at", "null", 0},
	{"another channel, which the manifest would tell", "publication/channel", "\"seminar\"", 0},
	{"a channel that the keyset does not name", "publication/channel", "\"monthly\"", 211},
	{"another number, which the manifest would tell", "publication/number", "\"2026-48\"", 0},
	{"another kind", "publication/kind", "\"recall\"", 702},
	{"another manifest", "publication/manifest",
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 702},
	{"another body", "publication/body",
		"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 702},
	{"another stream", "publication/stream", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"", 702},
	{"other parts", "publication/parts", "3", 702},
	{"another publication", "publication/id", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", 702},
	{"issued after it was entered", "publication/issued_at", "1795305601", 702},
	{"a keyset that is not there", "publication/keyset", "2", 208},
	{"no keysets", "keysets", "[]", 701},
	{"an entry that is not signed, and receipts", "units/0/entry", "[]", 702},
	{"another time of entry", "units/0/issued_at", "1795305601", 702},
	{"another number of entry", "units/0/number", "2", 702},
	{"another epoch", "units/0/epoch", "2", 702},
	{"another unit", "units/0/unit", "\"unit-c\"", 204},
	{"a unit that has an entry and none", "others/0/unit", "\"unit-a\"", 702},
	{"owed, with a receipt", "units/0/state", "\"owed\"", 702},
	{"settled, without a receipt", "units/0/devices", "[]", 702},
	{"expired without an end", "units/0/state", "\"expired\"", 702},
	{"settled with an end", "units/0/ended_at", "1795305700", 702},
	{"an unknown state of a delivery", "units/0/state", "\"lost\"", 701},
	{"a device that was revoked before", "units/0/devices/0/revoked_at", "1795305700", 603},
	{"a device that was revoked since", "units/0/devices/0/revoked_at", "1795309000", 0},
	{"another device", "units/0/devices/0/device", "\"d2\"", 523},
	{"a device without a certificate", "units/0/devices/0/certificate", NULL, 701},
	{"a device that has not signed", "units/0/devices/0/receipts", "[]", 702},
	{"a receipt that came before the certificate", "units/0/devices/0/receipts/0/received_at",
		"1795305599", 523},
	{"a state that the receipt does not say", "units/0/devices/0/receipts/0/states",
		"[\"stored\",\"recalled\"]", 702},
	{"fewer states than the receipt says", "units/0/devices/0/receipts/0/states", "[\"stored\"]",
		0},
	{"no states", "units/0/devices/0/receipts/0/states", "[]", 701},
	{"a state twice", "units/0/devices/0/receipts/0/states", "[\"stored\",\"stored\"]", 701},
	{"an unknown state", "units/0/devices/0/receipts/0/states", "[\"read\"]", 701},
	{"no others", "others", "[]", 0},
	{"an unknown standing", "others/0/standing", "\"fine\"", 701},
	{"an unknown field of a unit", "units/0/extra", "1", 701},
	{"a field x- of a unit", "units/0/x-note", "1", 0},
};

/* Each twists what is signed. */
static void by_stranger(struct fixture_story *story)
{
	story->dispatcher = "stranger";
}

static void by_thief(struct fixture_story *story)
{
	story->dispatcher = "dispatcher compromised";
}

static void by_editor(struct fixture_story *story)
{
	story->dispatcher = "editor 1";
}

static void of_another_unit(struct fixture_story *story)
{
	strcpy(story->entry.unit, "unit-b");
}

static void of_another_publication(struct fixture_story *story)
{
	story->entry.publication = fixture_pub_id("another");
}

static void of_another_manifest(struct fixture_story *story)
{
	story->entry.manifest.bytes[0] ^= 1;
}

static void by_a_later_keyset(struct fixture_story *story)
{
	story->entry.keyset = 2;
}

static void one_editor(struct fixture_story *story)
{
	free(story->entry.signatures[--story->entry.signature_count]);
}

static void sign_as(struct fixture_story *story, const char *name, const char *manifest)
{
	auto_signing_key struct signing_key key = fixture_key(name);
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST_JWS);
	const void *data = manifest ? (const void *)manifest : story->body.manifest.data;
	size_t len = manifest ? strlen(manifest) : story->body.manifest.len;

	FIXTURE_MUST(approval_sign(&key, data, len, &text, &err));
	free(story->entry.signatures[1]);
	story->entry.signatures[1] = buf_steal_str(&text);
}

static void one_person_twice(struct fixture_story *story)
{
	sign_as(story, "editor 1 new", NULL);
}

static void retired_editor(struct fixture_story *story)
{
	sign_as(story, "editor retired", NULL);
}

static void dispatcher_as_editor(struct fixture_story *story)
{
	sign_as(story, "dispatcher", NULL);
}

static void other_words_signed(struct fixture_story *story)
{
	sign_as(story, "editor 2", "{}");
}

static void certified_by_stranger(struct fixture_story *story)
{
	story->registrar = "stranger";
}

static void certified_by_editor(struct fixture_story *story)
{
	story->registrar = "editor 1";
}

static void certified_for_another(struct fixture_story *story)
{
	strcpy(story->certificate.unit, "unit-b");
}

static void certified_for_less(struct fixture_story *story)
{
	story->certificate.not_after = FIXTURE_NOW + 100;
}

static void receipt_by_stranger(struct fixture_story *story)
{
	story->device = "stranger";
}

static void receipt_of_another_unit(struct fixture_story *story)
{
	strcpy(story->receipt.unit, "unit-b");
}

static void receipt_of_another_device(struct fixture_story *story)
{
	strcpy(story->receipt.device, "d2");
}

static void receipt_for_another_manifest(struct fixture_story *story)
{
	story->receipt.items[0].manifest.bytes[0] ^= 1;
}

static void receipt_for_another_entry(struct fixture_story *story)
{
	story->receipt.items[0].entry = 2;
}

static void receipt_for_another_publication(struct fixture_story *story)
{
	story->receipt.items[0].publication = fixture_pub_id("another");
}

static void another_root(struct fixture_story *story)
{
	story->root = "stranger";
}

static const struct {
	const char *name;
	void (*twist)(struct fixture_story *story);
	int code;
} twists[] = {
	{"an entry by a stranger", by_stranger, 203},
	{"an entry by a compromised dispatcher", by_thief, 203},
	{"an entry by an editor", by_editor, 203},
	{"an entry of another unit", of_another_unit, 204},
	{"an entry of another publication", of_another_publication, 702},
	{"an entry of another manifest", of_another_manifest, 702},
	{"an entry by a keyset that is not there", by_a_later_keyset, 208},
	{"too few editors", one_editor, 211},
	{"one person twice", one_person_twice, 211},
	{"an editor who had retired", retired_editor, 213},
	{"a dispatcher as editor", dispatcher_as_editor, 213},
	{"an editor who signed other words", other_words_signed, 212},
	{"a certificate by a stranger", certified_by_stranger, 522},
	{"a certificate by an editor", certified_by_editor, 522},
	{"a certificate of another unit", certified_for_another, 523},
	{"a certificate that had run out", certified_for_less, 523},
	{"a receipt by a stranger", receipt_by_stranger, 602},
	{"a receipt of another unit", receipt_of_another_unit, 604},
	{"a receipt of another device", receipt_of_another_device, 603},
	{"a receipt for another manifest", receipt_for_another_manifest, 606},
	{"a receipt for another entry", receipt_for_another_entry, 606},
	{"a receipt for another publication", receipt_for_another_publication, 702},
	{"another root's keyset", another_root, 512},
};

static void add_twists(struct vector_file *file)
{
	for (size_t i = 0; i < ARRAY_LEN(twists); i++) {
		struct fixture_story story = fixture_story();
		auto_buf struct buf text = BUF_INIT(STORY_BYTES_MAX);

		twists[i].twist(&story);
		fixture_story_write(&story, true, &text);
		vector_add(file, twists[i].name, text.data, text.len, twists[i].code, NULL);
		fixture_story_release(&story);
	}
}

/* An item of a list once more at its end. */
static void add_doubled(struct vector_file *file, const struct fixture_story *story)
{
	static const struct {
		const char *name;
		const char *in; /* NULL: the story itself */
		const char *list;
		int code;
	} rows[] = {{"a keyset twice", NULL, "keysets", 702}, {"a unit twice", NULL, "units", 701},
		{"another unit twice", NULL, "others", 701}, {"an entry signed once more", "u", "entry", 0},
		{"a device twice", "u", "devices", 701}, {"a receipt twice", "d", "receipts", 702}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_json json_t *json = fixture_story_json(story);
		auto_buf struct buf text = BUF_INIT(STORY_BYTES_MAX);
		json_t *at = json;

		if (rows[i].in)
			at = json_array_get(json_object_get(at, "units"), 0);
		if (rows[i].in && *rows[i].in == 'd')
			at = json_array_get(json_object_get(at, "devices"), 0);

		json_t *list = json_object_get(at, rows[i].list);

		FIXTURE_MUST(
			json_array_append(list, json_array_get(list, 0)) == 0 && json_write(json, &text, &err));
		vector_add(file, rows[i].name, text.data, text.len, rows[i].code, NULL);
	}
}

/* With the manifest beside it. */
static void add_manifests(
	struct vector_file *file, const struct fixture_story *story, const struct buf *good)
{
	static const struct {
		const char *name;
		const char *field;
		const char *value;
	} rows[] = {{"a channel that the editors did not sign", "channel", "seminar"},
		{"a number that the editors did not sign", "number", "2026-48"},
		{"a rule that the editors did not sign", "audience", "e30"}};
	const struct buf *manifest = &story->body.manifest;

	vector_add(file, "with its manifest", good->data, good->len, 0,
		json_pack("{so}", "manifest", vector_b64(manifest->data, manifest->len)));
	vector_add(file, "with another manifest", good->data, good->len, 306,
		json_pack("{so}", "manifest", vector_b64("{}", 2)));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		auto_json json_t *json = fixture_story_json(story);
		auto_buf struct buf text = BUF_INIT(STORY_BYTES_MAX);

		(void)json_object_set_new(
			json_object_get(json, "publication"), rows[i].field, json_string(rows[i].value));
		FIXTURE_MUST(json_write(json, &text, &err));
		vector_add(file, rows[i].name, text.data, text.len, 702,
			json_pack("{so}", "manifest", vector_b64(manifest->data, manifest->len)));
	}
}

void make_story(const char *folder)
{
	struct vector_shape shape = {701, false, VECTOR_NO_NULLS};
	struct vector_file file = vector_file("story", false);
	struct vector_wrap wrap = {NULL, NULL};
	struct fixture_story story = fixture_story();
	auto_buf struct buf good = BUF_INIT(STORY_BYTES_MAX);
	auto_buf struct buf small = BUF_INIT(STORY_BYTES_MAX);

	(void)json_object_update_new(
		file.context, json_pack("{ss sn}", "root", fixture_root().text, "manifest"));
	fixture_story_write(&story, true, &good);
	fixture_story_write(&story, false, &small);
	vector_add(&file, "good", good.data, good.len, 0, NULL);
	vector_add(&file, "by another root", good.data, good.len, 512,
		json_pack("{ss}", "root", "01234 01234 01234 01234 01234 01234 01234 01234"));
	vector_add_edits(&file, &wrap, &good, edits, ARRAY_LEN(edits));
	add_twists(&file);
	add_doubled(&file, &story);
	add_manifests(&file, &story, &good);
	vector_add_shapes(&file, &wrap, &small, &shape);
	vector_write(&file, folder);
	fixture_story_release(&story);
}
