#include "broker-plugins/receipts/writer.h"

#include "broker-plugins/receipts/writer_report.h"
#include "common/clock.h"
#include "db/intake.h"

#include <sys/eventfd.h>
#include <unistd.h>

enum {
	STOP_TIMEOUT_S = 5,
	CONNECT_TIMEOUT_S = 5,
	ANSWER_TIMEOUT_MS = 10000,
	RETRY_MS = 1000,
	IDLE_MS = 1000,
	TRUST_EVERY_MS = 1000,
	COMPLAIN_EVERY_MS = 30000,
	GATHER_MS = 3, /* what comes meanwhile is committed together */
	MANY = 64, /* so many at once need no more company */
};

static const char *broker_name(const struct writer *writer)
{
	return writer->options->broker_names.items[0];
}

static bool connect_to_database(struct writer *writer, struct err *err)
{
	struct pg_options options = {
		.connect_timeout_s = CONNECT_TIMEOUT_S,
		.answer_timeout_ms = ANSWER_TIMEOUT_MS,
		.interrupt_fd = writer->worker.stop_fd,
	};
	auto_pg struct pg *pg = NULL;

	if (!pg_connect(writer->options->dsn, "certwire_receipts", &options, &pg, err))
		return false;
	/* What the database thinks of who is here may be from another life of it or of us. */
	if (!intake_presence(pg, broker_name(writer), 0, NULL, true, err))
		return false;
	atomic_store(&writer->wants_presence, true);
	writer->pg = TAKE(pg);
	writer->trusted_at_ms = 0;
	return true;
}

static bool refresh_trust(struct writer *writer, struct err *err)
{
	int64_t now_ms = clock_monotonic_ms();
	bool changed;

	if (writer->trusted_at_ms && now_ms - writer->trusted_at_ms < TRUST_EVERY_MS)
		return true;
	writer->trusted_at_ms = now_ms;
	if (trust_refresh(&writer->trust, writer->pg, &changed, err))
		return true;
	/* A keyset that is refused leaves the ones before it in force; the other plugin tells. */
	return err->kind != ERR_SYSTEM && trust_keyset(&writer->trust) != NULL;
}

static bool write_presence(struct writer *writer, struct err *err)
{
	struct presence_word words[INTAKE_BATCH_MAX];
	struct intake_presence items[INTAKE_BATCH_MAX];
	size_t count = 0;

	while (count < INTAKE_BATCH_MAX && presence_take(writer->presence, &words[count])) {
		items[count] = (struct intake_presence){
			.unit = words[count].unit,
			.device = words[count].device,
			.is_present = words[count].is_present,
		};
		count++;
	}
	writer->taken += count;
	/* Lost when it fails with the connection: then all is told anew. */
	return count == 0 || intake_presence(writer->pg, broker_name(writer), count, items, false, err);
}

static bool write_batch(struct writer *writer, struct err *err)
{
	const struct batch_writer to = {
		.pg = writer->pg,
		.trust = &writer->trust,
		.notes = &writer->notes,
		.totals = &writer->totals,
		.broker = broker_name(writer),
	};

	if (!batch_fill(&writer->batch, writer->tray))
		return true;
	writer->taken += writer->batch.count;
	if (!batch_write(&writer->batch, &to, err))
		return false;
	batch_clear(&writer->batch, writer->tray);
	return true;
}

static bool has_work(const struct writer *writer)
{
	return writer->batch.count > 0 || !ring_is_empty(&writer->tray->ring) ||
		   !ring_is_empty(&writer->presence->words);
}

static void sleep_until_nudged(struct writer *writer)
{
	uint64_t nudges;

	atomic_store(&writer->is_asleep, true);
	/* Looked at after saying so: what comes between is seen here or brings a nudge. */
	if (!has_work(writer))
		worker_wait(&writer->worker, writer->nudge_fd, IDLE_MS);
	atomic_store(&writer->is_asleep, false);
	/* Nothing to read is fine. */
	(void)!read(writer->nudge_fd, &nudges, sizeof(nudges));
}

static bool work(struct writer *writer, struct err *err)
{
	writer->taken = 0;
	if (!writer->pg && !connect_to_database(writer, err))
		return false;
	if (!refresh_trust(writer, err) || !write_batch(writer, err) || !write_presence(writer, err) ||
		!writer_report(writer, err))
		return false;
	if (writer->complained_at_ms) {
		writer->complained_at_ms = 0;
		notes_add(&writer->notes, LOG_LEVEL_INFO, "PostgreSQL takes receipts again");
	}
	if (!has_work(writer))
		sleep_until_nudged(writer);
	/* A commit for each of a thousand that come one after the other would be a thousand commits. */
	if (writer->taken < MANY)
		worker_wait(&writer->worker, -1, GATHER_MS);
	return true;
}

static void complain(struct writer *writer, const struct err *err)
{
	int64_t now_ms = clock_monotonic_ms();

	if (writer->complained_at_ms && now_ms - writer->complained_at_ms < COMPLAIN_EVERY_MS)
		return;
	writer->complained_at_ms = now_ms;
	notes_add(&writer->notes, LOG_LEVEL_ERROR, "%s; receipts wait, trying again every %d ms",
		err->text, RETRY_MS);
}

static void run(struct worker *worker, void *ctx)
{
	struct writer *writer = ctx;
	struct err err;

	while (!worker_is_stopping(worker)) {
		if (work(writer, &err))
			continue;
		if (worker_is_stopping(worker))
			break;
		complain(writer, &err);
		pg_free(writer->pg);
		writer->pg = NULL;
		worker_wait(worker, -1, RETRY_MS);
	}
	pg_free(writer->pg);
	writer->pg = NULL;
}

static void release(struct writer *writer)
{
	batch_clear(&writer->batch, writer->tray);
	notes_release(&writer->notes);
	trust_release(&writer->trust);
	if (writer->nudge_fd >= 0)
		close(writer->nudge_fd);
}

bool writer_start(struct writer *writer, const struct receipts_options *options, struct tray *tray,
	struct presence *presence, struct err *err)
{
	*writer = (struct writer){
		.options = options,
		.tray = tray,
		.presence = presence,
		.worker = WORKER_INIT,
		.nudge_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	};
	if (writer->nudge_fd < 0)
		return err_errno(err, "cannot make an event descriptor");
	trust_init(&writer->trust, &options->root);
	if (notes_init(&writer->notes, err) && worker_start(&writer->worker, run, writer, err))
		return true;
	release(writer);
	return false;
}

void writer_nudge(struct writer *writer)
{
	uint64_t one = 1;

	if (!atomic_load(&writer->is_asleep) ||
		(ring_is_empty(&writer->tray->ring) && ring_is_empty(&writer->presence->words)))
		return;
	atomic_store(&writer->is_asleep, false);
	/* The counter cannot be full: it is written once for each sleep. */
	(void)!write(writer->nudge_fd, &one, sizeof(one));
}

bool writer_wants_presence(struct writer *writer)
{
	return atomic_load_explicit(&writer->wants_presence, memory_order_relaxed) &&
		   atomic_exchange(&writer->wants_presence, false);
}

bool writer_stop(struct writer *writer)
{
	if (!worker_stop(&writer->worker, STOP_TIMEOUT_S))
		return false;
	release(writer);
	return true;
}
