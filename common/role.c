#include "common/role.h"

#include <string.h>

static const struct {
	const char *name;
	bool unprotected;
	bool in_keyset;
} roles[] = {
	[ROLE_ROOT] = {"root", false, false},
	[ROLE_REGISTRAR] = {"registrar", false, true},
	[ROLE_EDITOR] = {"editor", false, true},
	[ROLE_DISPATCHER] = {"dispatcher", true, true},
	[ROLE_RECOVERY] = {"recovery", false, true},
	[ROLE_DEVICE] = {"device", true, false},
};

const char *role_name(enum key_role role)
{
	return roles[role].name;
}

bool role_parse(const char *text, size_t len, enum key_role *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (strlen(roles[i].name) == len && memcmp(roles[i].name, text, len) == 0) {
			*ret = (enum key_role)i;
			return true;
		}
	}
	return false;
}

bool role_may_be_unprotected(enum key_role role)
{
	return roles[role].unprotected;
}

bool role_in_keyset(enum key_role role)
{
	return roles[role].in_keyset;
}
