/* A reload beside the news, in every order: what the loop has in the end, and what is told as drift. */
#include "tests/unit/test.h"

#include "broker-plugins/entitlement/recheck.h"
#include "tests/unit/broker/gate_fixture.h"

#define NOW (FIXTURE_NOW * US_PER_S)

/*
 * PostgreSQL as it is now, what the loop was given, and what the news have yet to bring. Names are "a",
 * "b", "c"; a record is told from another by its standing.
 */
struct play {
	struct table *database;
	struct table *loop;
	struct handed handed;
	const char *to_come; /* the unit that changed and is not handed over yet */
	struct delta *read; /* by the reload, not yet judged */
	struct drift drift;
};

static const char *const all_names[] = {"a", "b", "c"};

static struct unit *record(const char *name, enum standing standing)
{
	struct err err;
	struct unit *unit = unit_new(name, standing, 0, NULL, 0, NULL, &err);

	assert_non_null(unit);
	return unit;
}

static void set(struct play *play, const char *name, enum standing standing)
{
	unit_free(table_put(play->database, record(name, standing)));
}

/* The unit as PostgreSQL has it; one that it does not have has no right. */
static struct unit *ask(const struct play *play, const char *name)
{
	const struct unit *unit = table_find(play->database, name);

	return record(name, unit ? unit->standing : STANDING_REVOKED);
}

static void give_loop(struct play *play, struct delta *delta)
{
	for (size_t i = 0; i < delta->unit_count; i++) {
		unit_free(table_put(play->loop, delta->units[i]));
		delta->units[i] = NULL;
	}
	delta_free(delta);
}

/* The news bring what changed. */
static void hear(struct play *play)
{
	struct unit *unit = ask(play, play->to_come);

	handed_put(&play->handed, unit, NOW);
	unit_free(table_put(play->loop, unit));
	play->to_come = NULL;
}

/* An administrator's change, of which the news will tell. */
static void change(struct play *play, const char *name, enum standing standing)
{
	set(play, name, standing);
	play->to_come = name;
}

/* The reload reads these units... */
static void read_units(struct play *play, size_t count, const char *const *names)
{
	struct err err;

	play->read = delta_new(count, &err);
	assert_non_null(play->read);
	for (size_t i = 0; i < count; i++)
		play->read->units[i] = ask(play, names[i]);
}

/* ...and hands over what differs, as reload.c does. */
static void judge(struct play *play)
{
	recheck_drop_same(&play->handed, play->read, NOW);
	if (play->to_come)
		recheck_drop_named(play->read, play->to_come);
	recheck_remember(&play->handed, play->read, NOW, NOW, &play->drift);
	give_loop(play, play->read);
	play->read = NULL;
}

static void recheck(struct play *play, const char *name)
{
	read_units(play, 1, &name);
	judge(play);
}

/* What the reload ends with: those that it did not find. */
static void look_for_lost(struct play *play)
{
	const char *names[3];
	size_t at = 0;
	size_t count = handed_unseen(&play->handed, &at, 3, names);

	if (count > 0) {
		read_units(play, count, names);
		judge(play);
	}
}

/* All three are good and were handed over; a reload begins. */
static void setup(struct play *play)
{
	struct err err;

	*play = (struct play){.database = table_new(8, &err), .loop = table_new(8, &err)};
	assert_non_null(play->database);
	assert_non_null(play->loop);
	assert_true(handed_init(&play->handed, 8, &err));
	for (size_t i = 0; i < 3; i++) {
		change(play, all_names[i], STANDING_GOOD);
		hear(play);
	}
	handed_begin_pass(&play->handed);
}

static void teardown(struct play *play)
{
	table_free(play->database);
	table_free(play->loop);
	handed_release(&play->handed);
}

/* The loop has what PostgreSQL has, and so many units were told to have drifted. */
static void assert_end(struct play *play, size_t drifted)
{
	look_for_lost(play);
	for (size_t i = 0; i < 3; i++) {
		struct unit *unit = ask(play, all_names[i]);

		assert_int_equal(table_find(play->loop, all_names[i])->standing, unit->standing);
		unit_free(unit);
	}
	assert_int_equal(play->drift.count, drifted);
	teardown(play);
}

static void what_did_not_change_is_handed_over_to_nobody(void **state)
{
	struct play play;

	(void)state;
	setup(&play);
	read_units(&play, 3, all_names);
	recheck_drop_same(&play.handed, play.read, NOW);
	assert_int_equal(play.read->unit_count, 0);
	judge(&play);
	assert_end(&play, 0);
}

static void what_nothing_changed_is_put_right_and_told_once(void **state)
{
	struct play play;

	(void)state;
	setup(&play);
	set(&play, "b", STANDING_SUSPENDED);
	read_units(&play, 3, all_names);
	judge(&play);
	assert_string_equal(play.drift.names[0], "b");
	recheck(&play, "b");
	assert_end(&play, 1);
}

static void news_before_the_piece(void **state)
{
	struct play play;

	(void)state;
	setup(&play);
	change(&play, "b", STANDING_SUSPENDED);
	hear(&play);
	read_units(&play, 3, all_names);
	judge(&play);
	assert_end(&play, 0);
}

static void news_after_the_piece(void **state)
{
	struct play play;

	(void)state;
	setup(&play);
	read_units(&play, 3, all_names);
	judge(&play);
	change(&play, "b", STANDING_SUSPENDED);
	hear(&play);
	assert_end(&play, 0);
}

/* Changed, read by the reload, and only then heard of. */
static void a_piece_that_is_ahead_of_the_news(void **state)
{
	struct play play;

	(void)state;
	setup(&play);
	change(&play, "b", STANDING_SUSPENDED);
	read_units(&play, 3, all_names);
	judge(&play);
	assert_int_equal(table_find(play.loop, "b")->standing, STANDING_GOOD);
	hear(&play);
	assert_end(&play, 0);
}

/* The piece has what was; between its statement and the question about changes it changed. */
static void a_change_between_reading_and_judging_is_left_to_the_news(void **state)
{
	struct play play;

	(void)state;
	setup(&play);
	set(&play, "b", STANDING_REVOKED);
	read_units(&play, 3, all_names);
	change(&play, "b", STANDING_SUSPENDED);
	judge(&play);
	assert_int_equal(table_find(play.loop, "b")->standing, STANDING_GOOD);
	hear(&play);
	assert_end(&play, 0);
}

/* Its page is past: only the news bring it. */
static void a_unit_that_is_added_between_two_pages_is_not_lost(void **state)
{
	struct play play;
	const char *const pages[] = {"b", "c"};
	struct err err;

	(void)state;
	setup(&play);
	handed_release(&play.handed);
	table_free(play.loop);
	play.loop = table_new(8, &(struct err){0});
	assert_done(handed_init(&play.handed, 8, &err));
	handed_begin_pass(&play.handed);
	for (size_t i = 0; i < 2; i++) {
		play.to_come = pages[i];
		hear(&play);
	}
	recheck(&play, "b");
	change(&play, "a", STANDING_GOOD);
	hear(&play);
	recheck(&play, "c");
	assert_end(&play, 0);
}

static void a_unit_that_is_gone_loses_its_rights(void **state)
{
	struct play play;
	const char *const left[] = {"a", "c"};

	(void)state;
	setup(&play);
	table_free(play.database);
	play.database = table_new(8, &(struct err){0});
	set(&play, "a", STANDING_GOOD);
	set(&play, "c", STANDING_GOOD);
	read_units(&play, 2, left);
	judge(&play);
	look_for_lost(&play);
	assert_int_equal(table_find(play.loop, "b")->standing, STANDING_REVOKED);
	assert_string_equal(play.drift.names[0], "b");
	assert_end(&play, 1);
}

static void a_unit_that_nobody_told_of_is_new(void **state)
{
	struct play play;
	struct unit *extra = record("d", STANDING_GOOD);

	(void)state;
	setup(&play);
	unit_free(table_put(play.database, extra));
	read_units(&play, 1, &(const char *){"d"});
	recheck_drop_same(&play.handed, play.read, NOW);
	assert_int_equal(recheck_count_new(&play.handed, play.read), 1);
	judge(&play);
	assert_non_null(table_find(play.loop, "d"));
	assert_end(&play, 1);
}

static void when_anything_may_have_changed_nothing_is_handed_over(void **state)
{
	struct play play;

	(void)state;
	setup(&play);
	set(&play, "a", STANDING_SUSPENDED);
	set(&play, "b", STANDING_SUSPENDED);
	read_units(&play, 3, all_names);
	recheck_drop_all(play.read);
	judge(&play);
	assert_int_equal(table_find(play.loop, "a")->standing, STANDING_GOOD);
	assert_int_equal(play.drift.count, 0);
	teardown(&play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_did_not_change_is_handed_over_to_nobody),
		cmocka_unit_test(what_nothing_changed_is_put_right_and_told_once),
		cmocka_unit_test(news_before_the_piece),
		cmocka_unit_test(news_after_the_piece),
		cmocka_unit_test(a_piece_that_is_ahead_of_the_news),
		cmocka_unit_test(a_change_between_reading_and_judging_is_left_to_the_news),
		cmocka_unit_test(a_unit_that_is_added_between_two_pages_is_not_lost),
		cmocka_unit_test(a_unit_that_is_gone_loses_its_rights),
		cmocka_unit_test(a_unit_that_nobody_told_of_is_new),
		cmocka_unit_test(when_anything_may_have_changed_nothing_is_handed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
