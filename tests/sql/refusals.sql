-- What an administrator who is refused reads in psql: each text as it stands, with what to do; times are <time>, numbers of rows <id>.
-- tests/lint/refusals.py sees that every refusal that an administrator can meet is here or in another test.
\ir world.sql
SELECT no_plan();

-- "CODE: what is wrong | what to do" of a call.
CREATE FUNCTION t.refusal(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	code text;
	said text;
	hint text;
BEGIN
	EXECUTE 'SELECT certwire.' || call;
	RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	said := format('%s: %s | %s', code, said, hint);
	said := regexp_replace(said, '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? ?\+\d\d', '<time>', 'g');
	RETURN regexp_replace(said, '(grant|denial|record) \d+', '\1 <id>');
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;

-- What some of the calls find.
INSERT INTO certwire.unit (id, name) VALUES ('decided', '单位decided');
INSERT INTO certwire.standing (unit, since, standing, reason) VALUES ('decided', '2023-01-01 00:00+08', 'good', '历史');
SELECT t.as('ed1');
SELECT t.draft('one'), t.draft('two');
SELECT t.as('postgres');
SET session_replication_role = replica;
UPDATE certwire.publication SET id = repeat('a', 31) || row_number FROM (SELECT id AS was, row_number() OVER () FROM certwire.publication) n WHERE id = was;
RESET session_replication_role;
SELECT t.as('adm');
SELECT certwire.make_group('twice', '两次'), certwire.put_in_group('twice', 'beta', '入组');
SELECT certwire.grant_channel('delta', 'weekly', since => '2096-01-01 00:00+08', until => '2098-01-01 00:00+08');
SELECT certwire.deny_channel('delta', 'weekly', '禁止', since => '2096-01-01 00:00+08');
SELECT certwire.withdraw_grant('alpha', 'monthly', '撤销');
SELECT certwire.revoke_device('beta', 'd1', '遗失');
SELECT id AS withdrawn FROM certwire.record_obligation('alpha', 'activity', (now() AT TIME ZONE 'Asia/Shanghai')::date, '国家中心', '年会') \gset
SELECT certwire.withdraw_obligation(:withdrawn, '记错');
SELECT count(*) FROM certwire.evaluate('2024H1', 'decided');
SELECT certwire.decide('2024H1', 'decided', 'keep', '正常');

-- Standing, papers and contacts.
SELECT is(t.refusal(call), said, call) FROM (VALUES
	($c$suspend_unit('gamma', 'x')$c$,
		$c$CW002: the standing of unit gamma is suspended since <time> | suspend_unit needs a standing of good or candidate$c$),
	($c$suspend_unit('alpha', 'x', repeat('据', 90))$c$,
		$c$CW004: the basis is longer than 256 bytes | name the duty or clause; the rest belongs into the reason$c$),
	($c$set_paper('alpha', 'licence', 'x', '2026-01-05')$c$,
		$c$CW004: 'licence' is no kind of paper | agreement or confidentiality$c$),
	($c$set_paper('alpha', 'agreement', ' ', '2026-01-05')$c$,
		$c$CW004: a paper needs a reference of at most 256 bytes in one line | give the number under which it is filed$c$),
	($c$set_paper('alpha', 'agreement', 'x', '2999-01-05')$c$,
		$c$CW004: 2999-01-05 is no day on which it can have been signed | give the day it was signed, today or earlier$c$),
	($c$set_paper('alpha', 'agreement', 'x', '2026-01-05', '2026-01-04')$c$,
		$c$CW004: it would expire (2026-01-04) before it was signed (2026-01-05) | check both days$c$),
	($c$set_paper('alpha', 'agreement', 'x', '2020-01-05', '2021-01-04')$c$,
		$c$CW004: it expired on 2021-01-04 | put the paper that is valid on file$c$),
	($c$set_contact('alpha', 'x', '110000', NULL, 'boss')$c$,
		$c$CW004: 'boss' is no role of a contact | fixed or deputy$c$),
	($c$set_contact('alpha', ' ', '110000')$c$,
		$c$CW004: a contact needs a name of at most 128 bytes in one line | give the person's name$c$),
	($c$set_contact('alpha', 'x', 'call me')$c$,
		$c$CW004: 'call me' is no telephone number | digits, spaces and hyphens, + first if international$c$),
	($c$set_contact('alpha', 'x', '110000', NULL, 'fixed', '2001-01-01 00:00+08')$c$,
		$c$CW004: the end <time> is past | give a time to come, or none$c$),
	($c$end_contact('alpha', 'nobody', 'x')$c$,
		$c$CW003: unit alpha has no contact 'nobody' | SELECT * FROM certwire.contact WHERE unit = ...$c$),
	($c$rename_unit('alpha', ' ', 'x')$c$,
		$c$CW004: a unit needs a name of at most 256 bytes in one line | give its full name$c$),
	($c$rename_unit('alpha', '单位alpha', 'x')$c$,
		$c$CW005: unit alpha is called 单位alpha already | nothing is to be done$c$),
	($c$select_unit('alpha', 4, 'provincial', '110000', 'x')$c$,
		$c$CW005: unit alpha is selected for term 4 already, provincial, 110000 | nothing is to be done$c$)) v (call, said);

-- Terms.
SELECT is(t.refusal(call), said, call) FROM (VALUES
	($c$set_term(0)$c$,
		$c$CW004: a term has a number from 1 to 99 | SELECT * FROM certwire.term$c$),
	($c$set_term(5, ' ')$c$,
		$c$CW004: a term needs a name of at most 128 bytes in one line | such as 第五届$c$),
	($c$set_term(5, selected_year => 12)$c$,
		$c$CW004: 12 is no year of a selection | give four digits$c$),
	($c$set_term(5, ends => 'infinity')$c$,
		$c$CW004: a term begins and ends at a time | leave out an end that is not known$c$),
	($c$set_term(5, ends => '2099-01-01 00:00+08')$c$,
		$c$CW004: term 5 has an end and no begin | give begins as well$c$),
	($c$set_term(5, begins => '2099-01-01 00:00+08', ends => '2098-01-01 00:00+08')$c$,
		$c$CW004: term 5 would end (<time>) before it begins (<time>) | an end comes after the begin$c$),
	($c$set_term(4, begins => '2012-01-01 00:00+08')$c$,
		$c$CW002: term 4 has begun at <time> | what has begun stays as it was$c$),
	($c$set_term(4, ends => '2020-01-01 00:00+08')$c$,
		$c$CW002: <time> is past, and term 4 has units | a right ends now or later: give a time to come$c$),
	($c$set_term(5, begins => '2098-01-01 00:00+08')$c$,
		$c$CW005: term 5 would overlap or precede term 4 (<time> to no end) | terms follow each other in their order: set the end of the earlier one first$c$)) v (call, said);

-- Rights, groups and policies.
SELECT is(t.refusal(call), said, call) FROM (VALUES
	($c$make_group('Odd', 'x')$c$,
		$c$CW004: 'Odd' is not a group's id | 2 to 32 lower-case letters, digits and single hyphens, a letter first; without the @$c$),
	($c$make_group('odd', ' ')$c$,
		$c$CW004: a group needs a name of at most 256 bytes in one line | say what the units have in common$c$),
	($c$make_group('twice', 'x')$c$,
		$c$CW005: group twice exists already | see certwire.unit_group$c$),
	($c$put_in_group('@twice', 'alpha', 'x')$c$,
		$c$CW004: '@twice' is a group where a unit could stand | only a group can stand here: write it without the @, 'twice'$c$),
	($c$put_in_group('nobodys', 'alpha', 'x')$c$,
		$c$CW003: there is no group 'nobodys' | see certwire.unit_group, or make it: SELECT certwire.make_group('<id>', '<name>')$c$),
	($c$put_in_group('twice', 'alpha', 'x', '2001-01-01 00:00+08')$c$,
		$c$CW004: the end <time> is past | give a time that is still to come, or none$c$),
	($c$put_in_group('twice', 'beta', 'x')$c$,
		$c$CW005: unit beta is in group twice already | nothing is to be done$c$),
	($c$take_from_group('twice', 'alpha', 'x')$c$,
		$c$CW002: unit alpha is not in group twice | see certwire.group_member$c$),
	($c$grant_channel('alpha', 'weekly', since => '2001-01-01 00:00+08')$c$,
		$c$CW004: the begin <time> is past | nothing is granted or denied for the past: give a time to come, or none for now$c$),
	($c$grant_channel('alpha', 'weekly', until => '2001-01-01 00:00+08')$c$,
		$c$CW004: the end <time> is past or before the begin | give a time that is still to come, or none$c$),
	($c$grant_channel('alpha', 'weekly')$c$,
		$c$CW005: alpha has this grant of weekly already, without an end | nothing is to be done$c$),
	($c$grant_channel('delta', 'weekly', since => '2097-01-01 00:00+08')$c$,
		$c$CW005: that overlaps grant <id> of weekly for delta, from <time> to <time> | withdraw it first: SELECT certwire.withdraw_grant(...)$c$),
	($c$deny_channel('delta', 'weekly', 'x', since => '2097-01-01 00:00+08')$c$,
		$c$CW005: that overlaps denial <id> of weekly for delta, from <time> to no end | withdraw it first: SELECT certwire.withdraw_denial(...)$c$),
	($c$withdraw_grant('delta', 'monthly', 'x')$c$,
		$c$CW002: there is no grant of monthly to delta | what it may receive by the channel's policy is ended with certwire.deny_channel; see certwire.why$c$),
	($c$withdraw_denial('delta', 'monthly', 'x')$c$,
		$c$CW002: there is no denial of monthly to delta | see certwire.why$c$),
	($c$set_policy('weekly', 'x', regions => ARRAY[NULL])$c$,
		$c$CW004: a region is missing | give codes or names: SELECT * FROM certwire.region$c$),
	($c$set_policy('weekly', 'x', approvals => 9)$c$,
		$c$CW004: 9 signatures cannot be demanded | 1 to 8$c$),
	($c$set_policy('weekly', 'x', backlog => 'some')$c$,
		$c$CW004: 'some' is no backlog | none, days or latest$c$),
	($c$set_policy('weekly', 'x', backlog => 'days', backlog_days => 0)$c$,
		$c$CW004: backlog days goes with backlog_days, 1 to 3660 | backlog => 'days', backlog_days => 30$c$),
	($c$set_policy('weekly', 'x', gap => 'some')$c$,
		$c$CW004: 'some' is nothing that a unit could get of its gap | nothing, all or since$c$),
	($c$set_policy('weekly', 'x', gap => 'since')$c$,
		$c$CW004: gap since goes with gap_since, a time | gap => 'since', gap_since => '2026-01-01'$c$),
	($c$set_policy('weekly', 'x', expires_after => '1 minute')$c$,
		$c$CW004: 00:01:00 is no time after which to expire | an hour to ten years; 0 for none$c$),
	($c$set_policy('weekly', 'x', head_start => '1 day')$c$,
		$c$CW004: a preferred group goes with a head start, a second to 90 days | preferred => '<group>', head_start => '3 days'; preferred => '' for none$c$),
	($c$audience('weekly', 'all')$c$,
		$c$CW004: the audience rule is malformed | use {"v":1,"rule":"entitled"} or {"v":1,"rule":"units","units":["a","b"]}, for a recall {"v":1,"rule":"holders"}$c$),
	($c$give_region('clk', NULL)$c$,
		$c$CW004: a region is needed | SELECT * FROM certwire.region$c$),
	($c$give_region('ed1', '440000')$c$,
		$c$CW003: 'ed1' is no login of a clerk | GRANT certwire_clerk TO ed1$c$),
	($c$take_region('clk', '440000')$c$,
		$c$CW002: 'clk' does not work on region '440000' | SELECT * FROM certwire.clerk_region$c$)) v (call, said);

-- Keys, devices and certificates.
SELECT is(t.refusal(call), said, call) FROM (VALUES
	($c$bind_key('xyz', 'ed1', 'editor')$c$,
		$c$CW004: a key id has 32 hexadecimal digits in lower case | take it from: certwire key show FILE$c$),
	($c$bind_key(t.id('new'), 'ed1', 'root')$c$,
		$c$CW004: the role must be editor, registrar or dispatcher | name one of them$c$),
	($c$bind_key(t.id('new'), 'nobody', 'editor')$c$,
		$c$CW003: there is no login nobody | CREATE ROLE nobody LOGIN IN ROLE certwire_editor$c$),
	($c$bind_key(t.id('new'), 'ed1', 'registrar')$c$,
		$c$CW002: login ed1 is not a member of certwire_registrar | GRANT certwire_registrar TO ed1$c$),
	($c$bind_key(t.id('ed1'), 'ed2', 'editor')$c$,
		$c$CW005: that key belongs to another login | one key has one holder: make a key for this login$c$),
	($c$request_device('alpha', '-', 'a.b.c')$c$,
		$c$CW004: '-' is not a device's id | 1 to 16 lower-case letters, digits and single hyphens, a letter first$c$),
	($c$request_device('alpha', 'd9', 'a.b')$c$,
		$c$CW004: the request is not a signed request of one line | paste the line that certwire-unit enroll printed$c$),
	($c$request_device('alpha', 'd1', 'a.b.c')$c$,
		$c$CW005: device alpha.d1 is certified already | revoke it first and enroll under another device id$c$),
	($c$request_device('beta', 'd1', 'a.b.c')$c$,
		$c$CW005: device beta.d1 is revoked | its id is not used again: enroll the machine under another device id$c$),
	($c$revoke_device('alpha', 'd9', 'x')$c$,
		$c$CW003: there is no device alpha.d9 that could be revoked | see certwire.device_overview$c$),
	($c$bind_certificate('alpha', 'd1')$c$,
		$c$CW004: neither a fingerprint nor a subject is given | see: openssl x509 -in client.crt -noout -fingerprint -sha256$c$),
	($c$bind_certificate('alpha', 'd1', 'ab:cd')$c$,
		$c$CW004: the fingerprint is not 64 hex digits, with or without colons | see: openssl x509 -in client.crt -noout -fingerprint -sha256$c$),
	($c$bind_certificate('alpha', 'd1', NULL, repeat('x', 513))$c$,
		$c$CW004: the subject is longer than 512 bytes or holds a control character | see: openssl x509 -in client.crt -noout -subject -nameopt RFC2253,-esc_msb$c$),
	($c$bind_certificate('alpha', 'd9', NULL, 'CN=x')$c$,
		$c$CW003: there is no device alpha.d9 | see certwire.device_overview$c$),
	($c$bind_certificate('beta', 'd1', NULL, 'CN=x')$c$,
		$c$CW002: device beta.d1 is revoked | enroll the machine under another device id$c$),
	($c$unbind_certificate('alpha', 'd1')$c$,
		$c$CW003: device alpha.d1 is bound to no certificate | see certwire.binding_overview$c$)) v (call, said);

-- Duties, evaluation and reading.
SELECT is(t.refusal(call), said, call) FROM (VALUES
	($c$evaluate('2024H1', 'decided')$c$,
		$c$CW002: adm decided on unit decided for 2024H1 at <time>: keep | a sheet that was decided on stays as it was$c$),
	($c$decide('2024H1', 'decided', 'warn', 'x')$c$,
		$c$CW005: adm decided on unit decided for 2024H1 at <time>: keep | a decision stays; change the standing itself if it must be changed$c$),
	(replace($c$withdraw_obligation(%s, 'x')$c$, '%s', :'withdrawn'),
		$c$CW002: record <id> was withdrawn by adm at <time> | nothing is to be done$c$),
	($c$effective_at('ffff', 'alpha')$c$,
		$c$CW003: there is no publication 'ffff' | SELECT id, channel, number, state FROM certwire.publication$c$),
	($c$effective_at('aaaa', 'alpha')$c$,
		$c$CW004: 'aaaa' begins several publications' ids | give more of its digits$c$),
	($c$import_units(convert_to(repeat('x,', 65), 'UTF8'))$c$,
		$c$CW004: the first line has 65 columns | it names the columns, of which there are 14$c$),
	($c$import_units(convert_to(repeat(E'x\n', 100002), 'UTF8'))$c$,
		$c$CW004: the file has more than 100000 lines | import at most 10000 units at a time$c$)) v (call, said);
SELECT * FROM finish(true);
