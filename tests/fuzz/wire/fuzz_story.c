/* Stories of publications, from anybody. */
#include "common/story.h"

#include "tests/fixture/fixture_story.h"
#include "tests/fuzz/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_story struct story story = STORY_INIT;
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	struct fingerprint root = fixture_root();
	struct err err;

	if (!story_parse(data, size, &story, &err))
		return 0;
	if (story_judge(&story, &root, &err))
		fuzz_either(story_judge_manifest(&story, data, size, &manifest, &err));
	return 0;
}
