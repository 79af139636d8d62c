#include "broker-plugins/receipts/writer_report.h"

#include "common/clock.h"

#include <stdio.h>

static void add_refused(struct report *report, const struct batch_totals *totals)
{
	for (int code = BATCH_CODE_MIN; code <= BATCH_CODE_MAX; code++) {
		int64_t refused = totals->refused[code - BATCH_CODE_MIN];
		char label[REPORT_LABEL_SIZE];

		(void)snprintf(label, sizeof(label), "%d", code);
		if (refused > 0)
			report_add(report, "denials", label, refused);
	}
}

bool writer_report(struct writer *writer, struct err *err)
{
	const struct tray *tray = writer->tray;
	struct report report = {.count = 0};

	if (!reporter_is_due(&writer->reporter, clock_monotonic_ms()))
		return true;
	report_add(&report, "ring_depth", "", (int64_t)tray_depth(tray));
	report_add(&report, "ring_slots", "", (int64_t)tray->slots);
	report_add(&report, "put_off", "", atomic_load_explicit(&tray->put_off, memory_order_relaxed));
	report_add(&report, "committed", "", writer->totals.committed);
	add_refused(&report, &writer->totals);
	return reporter_send(&writer->reporter, writer->pg, writer->options->broker_names.items[0],
		"receipts", &report, &writer->notes, err);
}
