/* Any JWS: the first byte of the input chooses its type, the rest is the text. */
#include "common/jws.h"

#include "common/approval.h"
#include "tests/fuzz/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct jws_type *const types[] = {&jws_keyset, &jws_request, &jws_device,
		&jws_connect, &jws_entry, &jws_head, &jws_sync, &jws_receipt};
	auto_jws struct jws jws = JWS_INIT;
	auto_jws struct jws detached = JWS_INIT;
	struct err err;

	if (size < 1)
		return 0;

	const struct jws_type *type = types[data[0] % ARRAY_LEN(types)];

	if (jws_parse(type, data + 1, size - 1, &jws, &err))
		fuzz_either(jws_verify(&jws, &fuzz_key("device")->public, &err));
	else
		fuzz_must(err.code == (int)type->malformed);
	if (jws_parse_detached(&jws_manifest, data + 1, size - 1, "{}", 2, &detached, &err))
		fuzz_either(jws_verify(&detached, &fuzz_key("device")->public, &err));
	return 0;
}
