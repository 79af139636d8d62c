/*
 * Any text as a configuration of the broker: the checker ends with findings or an error, never
 * otherwise, and what has no plugin in it is never found in order.
 */
#include "broker-plugins/check/check.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_lines struct lines lines = LINES_INIT;
	struct findings findings;
	struct err err;

	if (!lines_parse(&lines, "fuzz", (const char *)data, size, &err))
		return 0;
	findings_init(&findings);
	check_all(&lines, "fuzz", &findings);
	if (lines.count == 0 && findings.count == 0)
		abort();
	findings_release(&findings);
	return 0;
}
