/* Fields from a text file: whatever it is, headings and values are within their limits. */
#include "publisher/cli/form_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/form.h"
#include "common/limits.h"
#include "publisher/cli/form_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take(void *context, const char *heading, const char *value, struct err *err)
{
	const struct form *form = form_of("seminar");
	auto_buf struct buf out = BUF_INIT(LIMIT_FIELD_VALUE);

	(void)context;
	if (strlen(heading) > FORM_HEADING_MAX || strlen(value) > LIMIT_FIELD_VALUE)
		abort();
	for (size_t i = 0; i < form_count(form); i++)
		if (form_check(&form->fields[i], value, &out, err) && out.len > LIMIT_FIELD_VALUE)
			abort();
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;

	if (size <= FORM_FILE_MAX)
		(void)!form_file_parse("input", (const char *)data, size, take, NULL, &err);
	return 0;
}
