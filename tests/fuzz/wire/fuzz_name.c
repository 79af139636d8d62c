/* Names from strangers and what people type: topics, filters, ids, file names, fingerprints. */
#include "common/filename.h"
#include "common/fingerprint.h"
#include "common/ident.h"
#include "common/topic.h"

#include <string.h>

#include "tests/fuzz/wire/wire.h"

static void check_topic(const char *text)
{
	struct topic topic;
	struct topic_filter filter;
	char written[TOPIC_SIZE];

	if (topic_parse(text, &topic)) {
		fuzz_must(strcmp(topic_format(&topic, written), text) == 0);
		fuzz_must(topic_filter_parse(text, &filter) && topic_filter_matches(&filter, &topic));
	}
	fuzz_either(topic_filter_parse(text, &filter));
}

static void check_client_id(const char *text, size_t len)
{
	char unit[UNIT_SIZE];
	char device[DEVICE_SIZE];
	char joined[CLIENT_ID_SIZE];

	if (ident_split_client_id(text, len, unit, device))
		fuzz_must(strcmp(ident_client_id(unit, device, joined), text) == 0);
	fuzz_either(ident_is_number(text, len));
	fuzz_either(ident_is_language(text, len));
	fuzz_either(ident_is_media_type(text, len));
	fuzz_either(ident_is_key_name(text, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free char *text = strndup((const char *)data, size);
	auto_free char *folded = NULL;
	struct fingerprint fingerprint;
	struct err err;

	if (!text)
		abort();
	check_topic(text);
	check_client_id(text, strlen(text));
	fuzz_either(fingerprint_parse(text, &fingerprint, &err));
	if (filename_check(text, strlen(text), &err))
		fuzz_must(filename_fold(text, strlen(text), &folded, &err));
	return 0;
}
