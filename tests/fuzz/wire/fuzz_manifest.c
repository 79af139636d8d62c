/* Manifests out of bodies: sealed by an editor, but by one who may be careless or bribed. */
#include "common/manifest.h"

#include "tests/fuzz/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_manifest struct manifest manifest = MANIFEST_INIT;
	auto_manifest struct manifest again = MANIFEST_INIT;
	auto_buf struct buf text = BUF_INIT(LIMIT_MANIFEST);
	struct err err;

	if (!manifest_parse(data, size, &manifest, &err))
		return 0;
	fuzz_either(manifest_check_total(&manifest, LIMIT_PUBLICATION_BYTES, &err));
	if (!manifest_check_names(&manifest, &err))
		return 0;
	fuzz_must(manifest_format(&manifest, &text, &err));
	fuzz_must(manifest_parse(text.data, text.len, &again, &err));
	return 0;
}
