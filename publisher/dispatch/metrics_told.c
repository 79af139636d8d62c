#include "publisher/dispatch/metrics_told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/refusal.h"
#include "publisher/dispatch/exposition.h"

enum shape {
	SHAPE_NUMBER,
	SHAPE_SECONDS, /* told in microseconds */
	SHAPE_HISTOGRAM,
	SHAPE_DENIALS, /* labelled by refusal code */
};

/* One family, and where its figures come from. */
struct told {
	const char *plugin; /* NULL: the ledger; "": any plugin */
	const char *figure;
	enum shape shape;
	const char *name;
	const char *type;
	const char *label; /* what the figure's label is called; NULL: it has none */
	const char *help;
};

static const struct told told[] = {
	{NULL, "deliveries", SHAPE_NUMBER, "deliveries", "gauge", "state",
		"Deliveries by state: owed, settled, expired, recalled."},
	{NULL, "overdue", SHAPE_NUMBER, "deliveries_overdue", "gauge", NULL,
		"Deliveries owed to units in good standing for more than a day."},
	{NULL, "oldest_owed_us", SHAPE_SECONDS, "deliveries_oldest_owed_timestamp_seconds", "gauge",
		NULL, "When the oldest publication was issued that is owed to a unit in good standing."},
	{NULL, "receipts_waiting", SHAPE_NUMBER, "receipts_waiting", "gauge", NULL,
		"Receipts and replies that brokers committed and no dispatcher has judged."},
	{NULL, "oldest_waiting_us", SHAPE_SECONDS, "receipts_oldest_waiting_timestamp_seconds", "gauge",
		NULL, "When the oldest of these was committed."},
	{NULL, "publications_refused", SHAPE_NUMBER, "publications_refused", "gauge", NULL,
		"Publications that editors asked to issue and the dispatcher refused."},
	{NULL, "lease_expiry_us", SHAPE_SECONDS, "lease_expiry_timestamp_seconds", "gauge", "holder",
		"When the lease of the dispatcher that leads runs out."},
	{NULL, "audit_links", SHAPE_NUMBER, "audit_links_total", "counter", NULL,
		"Links of the audit's chain."},
	{NULL, "entitlement_version", SHAPE_NUMBER, "entitlement_version", "gauge", NULL,
		"Version of the entitlements."},
	{NULL, "devices_connected", SHAPE_NUMBER, "devices_connected", "gauge", "broker",
		"Devices of units that are connected to the broker and have synced."},
	{"entitlement", "sessions", SHAPE_NUMBER, "broker_sessions", "gauge", NULL,
		"Clients that the broker let in: devices, also in the lobby, and the dispatcher."},
	{"", "denials", SHAPE_DENIALS, "broker_denials_total", "counter", "code",
		"What the broker refused since it started, by refusal code."},
	{"entitlement", "copy_confirmed_us", SHAPE_SECONDS, "broker_copy_confirmed_timestamp_seconds",
		"gauge", NULL, "When the broker's copy of the entitlements was last known to be complete."},
	{"entitlement", "copy_version", SHAPE_NUMBER, "broker_copy_version", "gauge", NULL,
		"Version of the entitlements that the broker's copy has."},
	{"entitlement", "copy_units", SHAPE_NUMBER, "broker_copy_units", "gauge", NULL,
		"Units in the broker's copy."},
	{"entitlement", "copy_bytes", SHAPE_NUMBER, "broker_copy_bytes", "gauge", NULL,
		"Memory that the records of the broker's copy take."},
	{"entitlement", "holds", SHAPE_HISTOGRAM, "broker_loop_hold_seconds", "histogram", NULL,
		"How long a turn of the broker's loop kept its clients waiting."},
	{"entitlement", "cuts", SHAPE_HISTOGRAM, "broker_revocation_latency_seconds", "histogram", NULL,
		"From the commit that took a right away until the client was cut."},
	{"receipts", "ring_depth", SHAPE_NUMBER, "broker_receipts_ring_depth", "gauge", NULL,
		"Receipts that wait in the broker for PostgreSQL."},
	{"receipts", "ring_slots", SHAPE_NUMBER, "broker_receipts_ring_slots", "gauge", NULL,
		"Receipts for which there is room there."},
	{"receipts", "put_off", SHAPE_NUMBER, "broker_receipts_put_off_total", "counter", NULL,
		"Receipts for which there was no room, so that devices send them again."},
	{"receipts", "committed", SHAPE_NUMBER, "broker_receipts_committed_total", "counter", NULL,
		"Receipts and replies that the broker committed to PostgreSQL."},
};

static bool is_of(const struct told *what, const struct figure *figure)
{
	bool of_source = !what->plugin
						 ? figure->broker == NULL
						 : figure->broker &&
							   (*what->plugin == '\0' || strcmp(what->plugin, figure->plugin) == 0);

	return of_source && figure->name && !figure->is_null && strcmp(what->figure, figure->name) == 0;
}

/* The refusal code of a label, of those that this plugin refuses with; 0: it is none. */
static int code_of(const struct figure *figure)
{
	bool is_receipts = strcmp(figure->plugin, "receipts") == 0;
	char *end;
	long code = strtol(figure->label, &end, 10);

	if (*end || strlen(figure->label) != 3 || code < 100 || code > 999)
		return 0;
	return is_receipts == (code / 100 == 6) ? (int)code : 0;
}

static bool put_denials(
	const struct told *what, const struct figure *figure, struct buf *out, struct err *err)
{
	const char *reason = refusal_text(code_of(figure));
	const struct label labels[] = {
		{"broker", figure->broker}, {"code", figure->label}, {"reason", reason ? reason : ""}};

	return code_of(figure) == 0 ||
		   exposition_sample(out, what->name, ARRAY_LEN(labels), labels, figure->value, err);
}

/* Which bin a label names; HISTOGRAM_BINS: none. */
static size_t bin_of(const char *label)
{
	size_t bin = 0;
	char *end;
	long long bound = strtoll(label, &end, 10);

	if (strcmp(label, "inf") == 0)
		return HISTOGRAM_BOUNDS;
	while (bin < HISTOGRAM_BOUNDS && bound != histogram_bounds_us[bin])
		bin++;
	return bin < HISTOGRAM_BOUNDS && *end == '\0' ? bin : HISTOGRAM_BINS;
}

/* When `figure` is the histogram's sum: all of it, gathered from what its plugin told. */
static bool put_histogram(const struct told *what, const struct figure *figure,
	const struct pg_rows *rows, struct buf *out, struct err *err)
{
	const struct label labels[] = {{"broker", figure->broker}};
	int64_t bins[HISTOGRAM_BINS] = {0};

	if (strcmp(figure->label, "sum") != 0)
		return true;
	for (int row = 0; row < pg_row_count(rows); row++) {
		struct figure other = figure_at(rows, row);

		if (is_of(what, &other) && strcmp(other.broker, figure->broker) == 0 &&
			bin_of(other.label) < HISTOGRAM_BINS)
			bins[bin_of(other.label)] = other.value;
	}
	return exposition_histogram(
		out, what->name, ARRAY_LEN(labels), labels, bins, figure->value, err);
}

static bool put_figure(const struct told *what, const struct figure *figure,
	const struct pg_rows *rows, struct buf *out, struct err *err)
{
	struct label labels[2];
	size_t count = 0;

	if (what->shape == SHAPE_DENIALS)
		return put_denials(what, figure, out, err);
	if (what->shape == SHAPE_HISTOGRAM)
		return put_histogram(what, figure, rows, out, err);
	/* A figure that has no label of its own is one for each broker. */
	if (!what->label && *figure->label)
		return true;
	if (figure->broker)
		labels[count++] = (struct label){"broker", figure->broker};
	if (what->label)
		labels[count++] = (struct label){what->label, figure->label};
	return what->shape == SHAPE_SECONDS
			   ? exposition_seconds(out, what->name, count, labels, figure->value, err)
			   : exposition_sample(out, what->name, count, labels, figure->value, err);
}

static bool put_family(
	const struct told *what, const struct pg_rows *rows, struct buf *out, struct err *err)
{
	if (!exposition_family(out, what->name, what->type, what->help, err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		struct figure figure = figure_at(rows, row);

		if (is_of(what, &figure) && !put_figure(what, &figure, rows, out, err))
			return false;
	}
	return true;
}

static bool is_same_report(const struct figure *a, const struct figure *b)
{
	return a->broker && strcmp(a->broker, b->broker) == 0 && strcmp(a->plugin, b->plugin) == 0;
}

/* Each plugin once: when it last said anything, and its release. */
static bool put_reports(const struct pg_rows *rows, struct buf *out, struct err *err)
{
	static const char name[] = "broker_report_timestamp_seconds";
	struct figure before = {.broker = NULL};

	if (!exposition_family(
			out, name, "gauge", "When the broker's plugin last reported, and its release.", err))
		return false;
	for (int row = 0; row < pg_row_count(rows); row++) {
		struct figure figure = figure_at(rows, row);
		const struct label labels[] = {
			{"broker", figure.broker}, {"plugin", figure.plugin}, {"version", figure.version}};

		if (!figure.broker || is_same_report(&before, &figure))
			continue;
		if (!exposition_seconds(out, name, ARRAY_LEN(labels), labels, figure.reported_us, err))
			return false;
		before = figure;
	}
	return true;
}

bool metrics_told(const struct pg_rows *rows, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		if (!put_family(&told[i], rows, out, err))
			return false;
	return put_reports(rows, out, err);
}
