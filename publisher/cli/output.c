#include "publisher/cli/output.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/utf8.h"

enum { VALUE_SIZE = 2048 };

bool output_failed(struct err *err)
{
	return err_errno(err, "cannot write the output");
}

bool output_text(const struct buf *text, struct err *err)
{
	return fwrite(buf_str(text), 1, text->len, stdout) == text->len || output_failed(err);
}

bool output_json(json_t *json, struct err *err)
{
	auto_json json_t *owned = json;
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	if (!owned)
		return err_set(err, ERR_SYSTEM, "out of memory");
	return json_write(owned, &text, err) && buf_append_str(&text, "\n", err) &&
		   output_text(&text, err);
}

json_t *output_time(int64_t seconds, int64_t none)
{
	char text[CLOCK_TEXT_SIZE];

	return seconds == none ? json_null() : json_string(clock_format(seconds, text));
}

char *output_size(int64_t bytes, char out[static OUTPUT_SIZE_SIZE])
{
	static const char *const units[] = {"KiB", "MiB", "GiB"};
	double size = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		(void)snprintf(out, OUTPUT_SIZE_SIZE, "%d B", (int)bytes);
		return out;
	}
	for (; size >= 1023.95 && unit + 1 < ARRAY_LEN(units); unit++)
		size /= 1024;
	(void)snprintf(out, OUTPUT_SIZE_SIZE, "%.1f %s", size, units[unit]);
	return out;
}

bool output_field(
	struct buf *out, size_t columns, const char *label, const char *value, struct err *err)
{
	char clean[VALUE_SIZE];

	if (!*value)
		return true;
	return buf_append_str(out, "  ", err) && utf8_cell(out, label, columns, err) &&
		   buf_printf(out, err, "  %s\n", err_quote(clean, sizeof clean, value, strlen(value)));
}

bool output_step(const char *id, const char *state, struct err *err)
{
	return output_json(json_pack("{s:s, s:s}", "id", id, "state", state), err);
}
