#include "common/kind.h"

#include "common/names.h"

static const char *const names[] = {
	[KIND_PUBLISH] = "publish",
	[KIND_SUPERSEDE] = "supersede",
	[KIND_RECALL] = "recall",
	[KIND_VOID] = "void",
};

const char *kind_name(enum kind kind)
{
	return names[kind];
}

bool kind_parse(const char *text, size_t len, enum kind *ret)
{
	size_t nth;

	if (!names_find(names, ARRAY_LEN(names), text, len, &nth))
		return false;
	*ret = (enum kind)nth;
	return true;
}
