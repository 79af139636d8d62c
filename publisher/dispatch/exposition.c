#include "publisher/dispatch/exposition.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { US_A_SECOND = 1000000, NUMBER_TEXT_SIZE = 32, NAME_MAX_BYTES = 96 };

bool exposition_family(
	struct buf *out, const char *name, const char *type, const char *help, struct err *err)
{
	assert(!strpbrk(help, "\n\\"));
	return buf_printf(
		out, err, "# HELP certwire_%s %s\n# TYPE certwire_%s %s\n", name, help, name, type);
}

static bool put_value(struct buf *out, const char *value, struct err *err)
{
	for (const char *at = value; *at; at++) {
		bool ok = *at == '\n'                 ? buf_append_str(out, "\\n", err)
				  : *at == '"' || *at == '\\' ? buf_printf(out, err, "\\%c", *at)
											  : buf_append(out, at, 1, err);

		if (!ok)
			return false;
	}
	return true;
}

static bool put_labels(struct buf *out, size_t count, const struct label *labels, struct err *err)
{
	if (count == 0)
		return true;
	for (size_t i = 0; i < count; i++)
		if (!buf_printf(out, err, "%s%s=\"", i == 0 ? "{" : ",", labels[i].name) ||
			!put_value(out, labels[i].value, err) || !buf_append_str(out, "\"", err))
			return false;
	return buf_append_str(out, "}", err);
}

static bool put_sample(struct buf *out, const char *name, size_t label_count,
	const struct label *labels, const char *number, struct err *err)
{
	return buf_printf(out, err, "certwire_%s", name) && put_labels(out, label_count, labels, err) &&
		   buf_printf(out, err, " %s\n", number);
}

bool exposition_sample(struct buf *out, const char *name, size_t label_count,
	const struct label *labels, int64_t value, struct err *err)
{
	char number[NUMBER_TEXT_SIZE];

	(void)snprintf(number, sizeof number, "%lld", (long long)value);
	return put_sample(out, name, label_count, labels, number, err);
}

/* Microseconds as seconds, with no zero more than it takes. */
static void seconds_text(int64_t us, char out[static NUMBER_TEXT_SIZE])
{
	unsigned long long abs = us < 0 ? 0 - (unsigned long long)us : (unsigned long long)us;
	size_t len;

	(void)snprintf(out, NUMBER_TEXT_SIZE, "%s%llu.%06llu", us < 0 ? "-" : "", abs / US_A_SECOND,
		abs % US_A_SECOND);
	len = strlen(out);
	while (out[len - 1] == '0')
		out[--len] = '\0';
	if (out[len - 1] == '.')
		out[len - 1] = '\0';
}

bool exposition_seconds(struct buf *out, const char *name, size_t label_count,
	const struct label *labels, int64_t value_us, struct err *err)
{
	char number[NUMBER_TEXT_SIZE];

	seconds_text(value_us, number);
	return put_sample(out, name, label_count, labels, number, err);
}

bool exposition_histogram(struct buf *out, const char *name, size_t label_count,
	const struct label *labels, const int64_t bins[static HISTOGRAM_BINS], int64_t sum_us,
	struct err *err)
{
	struct label all[LABELS_MAX];
	char bound[NUMBER_TEXT_SIZE] = "+Inf";
	char sample[NAME_MAX_BYTES];
	int64_t so_far = 0;

	assert(label_count < LABELS_MAX && strlen(name) + sizeof "_bucket" <= sizeof sample);
	if (label_count > 0)
		memcpy(all, labels, label_count * sizeof *all);
	all[label_count] = (struct label){"le", bound};
	(void)snprintf(sample, sizeof sample, "%s_bucket", name);
	for (size_t bin = 0; bin < HISTOGRAM_BINS; bin++) {
		if (bin < HISTOGRAM_BOUNDS)
			seconds_text(histogram_bounds_us[bin], bound);
		else
			memcpy(bound, "+Inf", sizeof "+Inf");
		so_far += bins[bin];
		if (!exposition_sample(out, sample, label_count + 1, all, so_far, err))
			return false;
	}
	(void)snprintf(sample, sizeof sample, "%s_sum", name);
	if (!exposition_seconds(out, sample, label_count, labels, sum_us, err))
		return false;
	(void)snprintf(sample, sizeof sample, "%s_count", name);
	return exposition_sample(out, sample, label_count, labels, so_far, err);
}
