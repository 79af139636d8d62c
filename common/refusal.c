#include "common/refusal.h"

#include "common/macros.h"

struct refusal_row {
	int code;
	const char *english;
	const char *chinese;
};

#define REFUSAL_ROW(name, code, english, chinese) {(code), (english), (chinese)},
static const struct refusal_row rows[] = {REFUSAL_TABLE(REFUSAL_ROW)};
#undef REFUSAL_ROW

static const struct refusal_row *find(int code)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

const char *refusal_text(int code)
{
	const struct refusal_row *row = find(code);

	return row ? row->english : NULL;
}

const char *refusal_text_zh(int code)
{
	const struct refusal_row *row = find(code);

	return row ? row->chinese : NULL;
}

int refusal_nth(size_t nth)
{
	return nth < ARRAY_LEN(rows) ? rows[nth].code : 0;
}
