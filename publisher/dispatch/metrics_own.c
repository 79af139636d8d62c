#include "publisher/dispatch/metrics_own.h"

#include <stdio.h>

#include "common/refusal.h"
#include "common/version.h"
#include "publisher/dispatch/exposition.h"

/* A family of one sample without labels. */
static bool put_one(struct buf *out, const char *name, const char *type, const char *help,
	int64_t value, struct err *err)
{
	return exposition_family(out, name, type, help, err) &&
		   exposition_sample(out, name, 0, NULL, value, err);
}

static bool put_state(const struct tally *tally, struct buf *out, struct err *err)
{
	const struct label version[] = {{"version", version_text()}};
	int64_t expires_at = atomic_load_explicit(&tally->keyset_expires_at, memory_order_relaxed);

	if (!exposition_family(out, "build_info", "gauge", "Release of this dispatcher.", err) ||
		!exposition_sample(out, "build_info", ARRAY_LEN(version), version, 1, err) ||
		!put_one(out, "dispatcher_leading", "gauge",
			"Whether this dispatcher holds the lease and works.",
			atomic_load_explicit(&tally->leads, memory_order_relaxed), err) ||
		!put_one(out, "dispatcher_postgresql_connected", "gauge",
			"Whether this dispatcher is connected to PostgreSQL.",
			atomic_load_explicit(&tally->has_postgresql, memory_order_relaxed), err) ||
		!put_one(out, "dispatcher_last_turn_timestamp_seconds", "gauge",
			"When the loop of this dispatcher last turned.",
			atomic_load_explicit(&tally->turned_at, memory_order_relaxed), err))
		return false;
	return expires_at == 0 ||
		   put_one(out, "keyset_expiry_timestamp_seconds", "gauge",
			   "When the newest keyset that is believed expires.", expires_at, err);
}

static bool put_brokers(
	const struct tally *tally, const struct config *config, struct buf *out, struct err *err)
{
	static const char name[] = "dispatcher_broker_connected";

	if (!exposition_family(out, name, "gauge",
			"Whether this dispatcher is connected to the broker; one that stands by never is.",
			err))
		return false;
	for (size_t i = 0; i < config->address_count; i++) {
		const struct label broker[] = {{"broker", config->addresses[i].name}};

		if (!exposition_sample(out, name, ARRAY_LEN(broker), broker,
				atomic_load_explicit(&tally->has_broker[i], memory_order_relaxed), err))
			return false;
	}
	return true;
}

static bool put_items(const struct tally *tally, struct buf *out, struct err *err)
{
	static const char name[] = "receipt_items_settled_total";

	if (!exposition_family(out, name, "counter",
			"What believed receipts say of publications, settled by this dispatcher, by state.",
			err))
		return false;
	for (size_t state = 0; state < TALLY_STATES; state++) {
		const struct label labels[] = {{"state", receipt_state_name((enum receipt_state)state)}};

		if (!exposition_sample(out, name, ARRAY_LEN(labels), labels,
				atomic_load_explicit(&tally->items[state], memory_order_relaxed), err))
			return false;
	}
	return true;
}

static bool put_refused(const struct tally *tally, struct buf *out, struct err *err)
{
	static const char name[] = "receipts_refused_total";

	if (!exposition_family(out, name, "counter",
			"Receipts and replies that this dispatcher did not believe, by refusal code.", err))
		return false;
	for (int code = TALLY_CODE_MIN; code <= TALLY_CODE_MAX; code++) {
		int64_t count =
			atomic_load_explicit(&tally->refused[code - TALLY_CODE_MIN], memory_order_relaxed);
		const char *reason = refusal_text(code);
		char text[8];
		const struct label labels[] = {{"code", text}, {"reason", reason ? reason : ""}};

		(void)snprintf(text, sizeof text, "%d", code);
		if ((reason || count > 0) &&
			!exposition_sample(out, name, ARRAY_LEN(labels), labels, count, err))
			return false;
	}
	return true;
}

static bool put_settling(const struct tally *tally, struct buf *out, struct err *err)
{
	static const char name[] = "settle_latency_seconds";
	int64_t bins[HISTOGRAM_BINS];

	for (size_t bin = 0; bin < HISTOGRAM_BINS; bin++)
		bins[bin] = atomic_load_explicit(&tally->settled.bins[bin], memory_order_relaxed);
	return exposition_family(out, name, "histogram",
			   "From a receipt's commit by a broker until this dispatcher settled it.", err) &&
		   exposition_histogram(out, name, 0, NULL, bins,
			   atomic_load_explicit(&tally->settled.sum_us, memory_order_relaxed), err);
}

bool metrics_own(
	const struct tally *tally, const struct config *config, struct buf *out, struct err *err)
{
	return put_state(tally, out, err) && put_brokers(tally, config, out, err) &&
		   put_one(out, "publications_issued_total", "counter",
			   "Publications that this dispatcher issued.",
			   atomic_load_explicit(&tally->issued, memory_order_relaxed), err) &&
		   put_items(tally, out, err) && put_refused(tally, out, err) &&
		   put_settling(tally, out, err);
}
