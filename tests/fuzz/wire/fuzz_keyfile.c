/* Key files. The passphrase is not tried: that is slow on purpose. */
#include "common/keyfile.h"

#include "tests/fuzz/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_keyfile struct keyfile file = KEYFILE_INIT;
	auto_signing_key struct signing_key key = SIGNING_KEY_INIT;
	struct err err;

	if (!keyfile_parse(data, size, &file, &err)) {
		fuzz_must(err.code == REFUSAL_KEY_FILE);
		return 0;
	}
	if (!file.is_protected)
		fuzz_either(keyfile_open(&file, NULL, &key, &err));
	return 0;
}
