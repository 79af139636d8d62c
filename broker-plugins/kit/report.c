#include "broker-plugins/kit/report.h"

#include "common/clock.h"
#include "db/intake.h"

#include <stdio.h>

void report_add(struct report *report, const char *name, const char *label, int64_t figure)
{
	if (report->count == REPORT_FIGURES_MAX)
		return;
	report->names[report->count] = name;
	(void)snprintf(report->labels[report->count], REPORT_LABEL_SIZE, "%s", label);
	report->figures[report->count++] = figure;
}

void report_histogram(struct report *report, const char *name, const struct histogram *histogram)
{
	char label[REPORT_LABEL_SIZE];

	for (size_t bin = 0; bin < HISTOGRAM_BINS; bin++) {
		if (bin < HISTOGRAM_BOUNDS)
			(void)snprintf(label, sizeof(label), "%lld", (long long)histogram_bounds_us[bin]);
		else
			(void)snprintf(label, sizeof(label), "inf");
		report_add(
			report, name, label, atomic_load_explicit(&histogram->bins[bin], memory_order_relaxed));
	}
	report_add(report, name, "sum", atomic_load_explicit(&histogram->sum_us, memory_order_relaxed));
}

void report_denials(struct report *report, const struct denials *denials)
{
	for (int code = DENIAL_CODE_MIN; code <= DENIAL_CODE_MAX; code++) {
		int64_t total = denials_total(denials, code);
		char label[REPORT_LABEL_SIZE];

		(void)snprintf(label, sizeof(label), "%d", code);
		if (total > 0)
			report_add(report, "denials", label, total);
	}
}

bool reporter_is_due(const struct reporter *reporter, int64_t now_ms)
{
	return reporter->at_ms == 0 || now_ms - reporter->at_ms >= REPORT_EVERY_MS;
}

bool reporter_send(struct reporter *reporter, struct pg *pg, const char *broker, const char *plugin,
	const struct report *report, struct notes *notes, struct err *err)
{
	const char *labels[REPORT_FIGURES_MAX];

	for (size_t i = 0; i < report->count; i++)
		labels[i] = report->labels[i];
	reporter->at_ms = clock_monotonic_ms();
	if (intake_report(
			pg, broker, plugin, report->count, report->names, labels, report->figures, err)) {
		reporter->is_refused = false;
		return true;
	}
	if (err->kind == ERR_SYSTEM)
		return false;
	if (!reporter->is_refused)
		notes_add(notes, LOG_LEVEL_WARNING, "no figures for the metrics: %s", err->text);
	reporter->is_refused = true;
	return true;
}
