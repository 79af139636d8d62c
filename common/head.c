#include "common/head.h"

#include <inttypes.h>
#include <string.h>

#include "common/refusal.h"

void head_release(struct head *head)
{
	jws_release(&head->jws);
	memset(head, 0, sizeof(*head));
}

bool head_verify(const struct head *head, const struct keyset *newest, struct err *err)
{
	return keyset_verify(newest, &head->jws, ROLE_DISPATCHER, head->time, err);
}

bool head_check_owner(const struct head *head, const char *unit, int64_t epoch, struct err *err)
{
	if (strcmp(head->unit, unit) != 0)
		return err_code(
			err, REFUSAL_HEAD_UNIT, "head: it is of unit '%s', not of '%s'", head->unit, unit);
	return head->epoch >= epoch ||
		   err_code(err, REFUSAL_HEAD_UNIT, "head: its epoch %" PRId64 " is before %" PRId64,
			   head->epoch, epoch);
}

const struct head_device *head_find(const struct head *head, const char *device)
{
	for (size_t i = 0; i < head->device_count; i++)
		if (strcmp(head->devices[i].device, device) == 0)
			return &head->devices[i];
	return NULL;
}
