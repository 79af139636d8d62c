#include "broker-plugins/entitlement/budget.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(
	sizeof(((struct budget *)0)->key) == crypto_shorthash_KEYBYTES, "the key of the hash");

/* Paid off at a steady rate: the debt at a time is what is left until `free_at_ms`. */
struct budget_debt {
	uint64_t who; /* 0: nobody */
	int64_t free_at_ms; /* when nothing is owed any more */
};

bool budget_init(struct budget *budget, struct err *err)
{
	budget->debts = calloc((size_t)BUDGET_SETS * BUDGET_WAYS, sizeof(*budget->debts));
	if (!budget->debts)
		return err_set(err, ERR_SYSTEM, "out of memory for the budgets of addresses");
	randombytes_buf(budget->key, sizeof(budget->key));
	return true;
}

void budget_release(struct budget *budget)
{
	free(budget->debts);
	budget->debts = NULL;
}

/* What tells addresses apart; never 0. */
static uint64_t who_is(const struct budget *budget, const char *address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t bytes[16] = {0};
	uint64_t who;

	if (inet_pton(AF_INET6, address, bytes) == 1) {
		/* An IPv4 address in IPv6's form stays whole. */
		if (memcmp(bytes, mapped, sizeof(mapped)) != 0)
			memset(bytes + 8, 0, 8);
	} else {
		memcpy(bytes, mapped, sizeof(mapped));
		if (inet_pton(AF_INET, address, bytes + sizeof(mapped)) != 1)
			memset(bytes, 0, sizeof(bytes));
	}
	crypto_shorthash((uint8_t *)&who, bytes, sizeof(bytes), budget->key);
	return who ? who : 1;
}

static struct budget_debt *set_of(const struct budget *budget, uint64_t who)
{
	return &budget->debts[who % BUDGET_SETS * BUDGET_WAYS];
}

static struct budget_debt *find(const struct budget *budget, uint64_t who)
{
	struct budget_debt *set = set_of(budget, who);

	for (int i = 0; i < BUDGET_WAYS; i++)
		if (set[i].who == who)
			return &set[i];
	return NULL;
}

bool budget_allows(const struct budget *budget, const char *address, int64_t now_ms)
{
	const struct budget_debt *debt = find(budget, who_is(budget, address));

	return !debt || debt->free_at_ms - now_ms <= (int64_t)(BUDGET_BURST - 1) * BUDGET_REFILL_MS;
}

void budget_spend(struct budget *budget, const char *address, int64_t now_ms)
{
	uint64_t who = who_is(budget, address);
	struct budget_debt *debt = find(budget, who);

	if (!debt) {
		debt = set_of(budget, who);
		for (int i = 1; i < BUDGET_WAYS; i++)
			if (set_of(budget, who)[i].free_at_ms < debt->free_at_ms)
				debt = &set_of(budget, who)[i];
		*debt = (struct budget_debt){.who = who, .free_at_ms = now_ms};
	}
	if (debt->free_at_ms < now_ms)
		debt->free_at_ms = now_ms;
	debt->free_at_ms += BUDGET_REFILL_MS;
}
