/* Requests and certificates of devices. */
#include "common/device.h"

#include "tests/fuzz/wire/wire.h"

static void check_request(const void *jws, size_t len)
{
	struct device_request request;
	struct err err;

	fuzz_either(device_request_verify(jws, len, &request, &err));
}

static void check_certificate(const void *jws, size_t len)
{
	struct device_certificate certificate;
	auto_buf struct buf text = BUF_INIT(LIMIT_DEVICE_JWS);
	struct err err;

	if (device_certificate_verify(jws, len, fuzz_keyset(), &certificate, &err))
		fuzz_must(device_certificate_sign(&certificate, fuzz_key("registrar"), &text, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_both(&jws_request, "registrar", data, size, check_request);
	fuzz_both(&jws_device, "registrar", data, size, check_certificate);
	return 0;
}
