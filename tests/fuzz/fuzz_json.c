/* Objects from strangers: whatever is accepted must survive being written and read again. */
#include "common/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_json json_t *json = NULL;
	auto_json json_t *again = NULL;
	auto_buf struct buf text = BUF_INIT(2 * INPUT_MAX);
	struct err err;

	if (!json_parse_strict(data, size, INPUT_MAX, "input", 1, &json, &err))
		return 0;
	if (!json_write(json, &text, &err) ||
		!json_parse_strict(text.data, text.len, 2 * INPUT_MAX, "again", 1, &again, &err) ||
		!json_equal(json, again))
		abort();
	return 0;
}
