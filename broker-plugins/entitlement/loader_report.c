#include "broker-plugins/entitlement/loader_report.h"

#include "common/clock.h"

/* UTC microseconds of a moment that is known in monotonic milliseconds. */
static int64_t wall_of(int64_t mono_ms)
{
	return clock_wall_us() - (clock_monotonic_ms() - mono_ms) * 1000;
}

static void add_copy(struct report *report, const struct loader *loader)
{
	int64_t good_at_ms = atomic_load_explicit(&loader->pulse->good_at_ms, memory_order_relaxed);

	/* 0: the loop has not turned yet. */
	if (good_at_ms > 0)
		report_add(report, "copy_confirmed_us", "", wall_of(good_at_ms));
	report_add(report, "copy_version", "", loader->version);
	report_add(report, "copy_units", "", (int64_t)loader->handed.count);
	report_add(report, "copy_bytes", "", (int64_t)loader->handed.bytes);
}

static void add_loop(struct report *report, const struct pulse *pulse)
{
	report_add(
		report, "sessions", "", atomic_load_explicit(&pulse->sessions, memory_order_relaxed));
	report_histogram(report, "holds", &pulse->holds);
	report_histogram(report, "cuts", &pulse->cuts);
}

bool loader_report(struct loader *loader, struct err *err)
{
	struct report report = {.count = 0};

	if (!reporter_is_due(&loader->reporter, clock_monotonic_ms()))
		return true;
	add_copy(&report, loader);
	add_loop(&report, loader->pulse);
	report_denials(&report, loader->denials);
	return reporter_send(&loader->reporter, loader->pg, loader->options->broker_names.items[0],
		"entitlement", &report, &loader->notes, err);
}
