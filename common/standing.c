#include "common/standing.h"

#include "common/names.h"

static const char *const names[] = {
	[STANDING_CANDIDATE] = "candidate",
	[STANDING_GOOD] = "good",
	[STANDING_SUSPENDED] = "suspended",
	[STANDING_REVOKED] = "revoked",
	[STANDING_LAPSED] = "lapsed",
};

static const char *const names_zh[] = {
	[STANDING_CANDIDATE] = "候选",
	[STANDING_GOOD] = "正常",
	[STANDING_SUSPENDED] = "暂停",
	[STANDING_REVOKED] = "撤销",
	[STANDING_LAPSED] = "届满失效",
};

const char *standing_name(enum standing standing)
{
	return names[standing];
}

const char *standing_name_zh(enum standing standing)
{
	return names_zh[standing];
}

bool standing_parse(const char *text, size_t len, enum standing *ret)
{
	size_t nth;

	if (!names_find(names, ARRAY_LEN(names), text, len, &nth))
		return false;
	*ret = (enum standing)nth;
	return true;
}
