-- Each role may do what docs/database.md says, and nothing else.
\ir world.sql
SELECT no_plan();

CREATE FUNCTION t.callable(login name) RETURNS text[] LANGUAGE sql AS $$
	SELECT array_agg(p.proname::text ORDER BY p.proname::text COLLATE "C") FROM pg_proc p
	WHERE p.pronamespace = 'certwire'::regnamespace AND has_function_privilege(login, p.oid, 'EXECUTE')
		AND p.proname <> 'right_now'
$$;
SELECT is(t.callable('stranger'), NULL, 'a login without a role may call nothing');
SELECT is(t.callable('adm'), ARRAY['admit_unit', 'audience', 'audience_changes', 'bind_certificate', 'bind_key', 'board_days', 'board_publications', 'board_totals', 'board_units', 'channels_of', 'compliance', 'counts_that_differ', 'current_keysets',
	'decide', 'deny_channel', 'effective_at', 'end_contact', 'evaluate', 'give_region', 'grant_channel', 'import_units',
	'in_my_regions', 'lapse_unit', 'lost_to_restore', 'make_group', 'my_key', 'office_health', 'older_publications', 'overdue', 'pending_devices', 'policies', 'propose_unit',
	'publication_course', 'publication_fate', 'publication_references', 'publication_signatures', 'publication_status', 'publications', 'put_in_group', 'recall_audience',
	'recall_confirmations', 'record_obligation', 'reinstate_unit',
	'rename_unit', 'request_device', 'revoke_device', 'revoke_unit', 'select_unit', 'set_contact', 'set_paper', 'set_policy', 'set_term',
	'suspend_unit', 'take_from_group', 'take_region', 'test_units', 'unbind_certificate', 'who_am_i', 'why', 'withdraw_denial', 'withdraw_grant', 'withdraw_obligation'], 'an administrator may call just these');
SELECT is(t.callable('reg'), ARRAY['certify_device', 'channels_of', 'current_keysets', 'in_my_regions', 'lost_to_restore', 'my_key', 'office_health', 'pending_devices', 'put_keyset', 'who_am_i'],
	'a registrar may call just these');
SELECT is(t.callable('ed1'), ARRAY['approve', 'audience', 'audience_changes', 'board_days', 'board_publications', 'board_totals', 'board_units', 'content_key_for',
	'current_keysets', 'draft_begin', 'draft_finish', 'draft_part', 'draft_reference', 'lost_to_restore', 'my_key', 'namesakes', 'note_preview', 'office_health',
	'older_publications', 'overdue', 'policies', 'publication_bytes', 'publication_comments', 'publication_course', 'publication_fate', 'publication_references',
	'publication_signatures', 'publication_status', 'publications', 'put_content_key', 'recall_audience', 'recall_confirmations', 'remind',
	'replace_draft', 'replies_since', 'request_issue', 'return_publication', 'schedule_publication', 'send_publication', 'submit_publication',
	'test_units', 'who_am_i', 'withdraw_publication'], 'an editor may call just these');
SELECT is(t.callable('dsp'), ARRAY['broker_figures', 'current_keysets', 'deliveries_of', 'deliveries_to_seal', 'device_of', 'due_publications', 'end_asked', 'entries_to_resign',
	'entries_to_sign', 'expire_due', 'fill_due', 'fold_counts', 'heads_channels', 'heads_of', 'issue_due', 'issue_refuse', 'issue_rest', 'keys_to_wrap',
	'lease_release', 'lease_renew', 'lease_take', 'ledger_figures', 'my_key', 'offers_due', 'owed_to', 'park_items', 'parts_owed', 'place_parked',
	'publication_parts', 'publication_references', 'put_anchor', 'put_entry_signatures', 'put_grants', 'put_incident', 'put_wrapped_keys',
	'receipts_to_judge', 'refused_receipts', 'release_scheduled', 'replies_to_judge', 'settle', 'sync_seen', 'units_changed'], 'the dispatcher may call just these');
SELECT is(t.callable('brk'), ARRAY['copy_changes', 'copy_committed', 'copy_devices', 'copy_names', 'copy_names_after', 'copy_units', 'copy_version', 'current_keysets', 'put_denials', 'put_presence',
	'put_receipts', 'put_replies', 'put_report'], 'a broker may call just these');
SELECT is(t.callable('aud'), ARRAY['audience', 'audience_changes', 'board_days', 'board_publications', 'board_totals', 'board_units', 'channels_of', 'compliance',
	'content_key_for', 'counts_that_differ', 'current_keysets', 'effective_at', 'in_my_regions', 'lost_to_restore', 'my_key', 'older_publications', 'overdue', 'pending_devices', 'policies',
	'publication_bytes', 'publication_course', 'publication_fate', 'publication_references', 'publication_signatures', 'publication_status',
	'publications', 'recall_audience', 'recall_confirmations', 'replies_since', 'test_units', 'who_am_i', 'why'], 'an auditor may call just these');

SELECT is(t.callable('clk'), ARRAY['channels_of', 'end_contact', 'in_my_regions', 'record_obligation', 'set_contact',
	'set_paper', 'why', 'withdraw_obligation'], 'a clerk may call just these');

SELECT is_empty($$
	SELECT r.login, c.relname, w.privilege
	FROM unnest(ARRAY['adm', 'clk', 'reg', 'ed1', 'dsp', 'brk', 'aud', 'stranger']) r (login),
		pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) w (privilege)
	WHERE c.relnamespace = 'certwire'::regnamespace AND c.relkind IN ('r', 'v')
		AND (has_table_privilege(r.login, c.oid, w.privilege)
			OR (w.privilege IN ('INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(r.login, c.oid, w.privilege)))
$$, 'nobody writes a table');
SELECT is_empty($$
	SELECT r.login, c.relname FROM unnest(ARRAY['ed1', 'dsp', 'brk', 'stranger']) r (login), pg_class c
	WHERE c.relnamespace = 'certwire'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname <> 'schema_migration'
		AND has_any_column_privilege(r.login, c.oid, 'SELECT')
$$, 'editors, the dispatcher and brokers read no table, only what functions give');
SELECT set_eq($$
	SELECT c.relname::text FROM pg_class c
	WHERE c.relnamespace = 'certwire'::regnamespace AND c.relkind IN ('r', 'v')
		AND has_any_column_privilege('reg', c.oid, 'SELECT')
$$, ARRAY['unit_overview', 'device_overview', 'binding_overview', 'schema_migration'], 'a registrar reads three views');
SELECT is_empty($$
	SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'certwire'::regnamespace AND c.relkind IN ('r', 'v')
		AND NOT has_table_privilege('aud', c.oid, 'SELECT')
$$, 'an auditor reads every table');
SELECT is_empty($$
	SELECT x.t, x.c FROM (VALUES ('publication_part', 'data'), ('content_key', 'sealed'), ('delivery_grant', 'sealed'), ('publication_comment', 'sealed')) x (t, c)
	WHERE has_column_privilege('adm', 'certwire.' || x.t, x.c, 'SELECT')
$$, 'an administrator reads no sealed bytes');
SELECT set_eq($$
	SELECT c.relname::text || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
	WHERE c.relnamespace = 'certwire'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0
		AND NOT has_column_privilege('adm', c.oid, a.attnum, 'SELECT')
$$, ARRAY['publication_part.data', 'content_key.sealed', 'delivery_grant.sealed', 'publication_comment.sealed'],
	'an administrator reads everything else');

SELECT is_empty($$
	SELECT a.rolname, b.rolname FROM pg_auth_members m JOIN pg_roles a ON a.oid = m.member JOIN pg_roles b ON b.oid = m.roleid
	WHERE a.rolname LIKE 'certwire\_%' AND b.rolname LIKE 'certwire\_%'
$$, 'no role is a member of another');
SELECT is_empty($$
	SELECT r.rolname FROM pg_roles r WHERE r.rolname LIKE 'certwire\_%' AND (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole
		OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
$$, 'no role can log in or has a power of its own');
SELECT is_empty($$
	SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'certwire'::regnamespace
		AND pg_get_userbyid(c.relowner) <> 'certwire_owner'
	UNION ALL SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'certwire'::regnamespace
		AND pg_get_userbyid(p.proowner) <> 'certwire_owner'
$$, 'everything belongs to certwire_owner');
SELECT is_empty($$
	SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'certwire'::regnamespace AND p.prosecdef
		AND NOT coalesce(p.proconfig @> ARRAY['search_path=certwire, pg_temp'], false)
$$, 'every function with its owner''s rights has a fixed search_path, pg_temp last');
SELECT is_empty($$
	SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'certwire'::regnamespace AND NOT p.prosecdef
		AND p.proname <> 'right_now' AND has_function_privilege('public', p.oid, 'EXECUTE')
$$, 'no helper is callable by everyone');

-- Who has which role is one look.
SELECT t.as('adm');
SELECT certwire.give_region('clk', '440000'), certwire.give_region('clk', '110000');
SELECT results_eq($$SELECT login, role, kid, regions FROM certwire.people WHERE login IN ('adm', 'ed1', 'clk') ORDER BY login$$,
	$$VALUES ('adm'::text, 'admin'::text, NULL::text, NULL::text), ('clk', 'clerk', NULL, '北京市、广东省'), ('ed1', 'editor', t.id('ed1'), NULL)$$,
	'every login with its role, key and regions');
SELECT t.as('ed1');
SELECT throws_ok('SELECT FROM certwire.people', '42501', NULL, 'an editor does not ask who the others are');

-- Tried, not only read from the catalogue.
SELECT t.as('brk');
SELECT throws_ok('SELECT certwire.suspend_unit(''alpha'', ''x'')', '42501', NULL, 'a broker cannot suspend a unit');
SELECT throws_ok('SELECT * FROM certwire.publication_bytes(repeat(''0'', 32))', '42501', NULL, 'a broker cannot read a body');
SELECT throws_ok('SELECT certwire.settle(1, ''{1}'', ''{0}'', ''{t}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'')', '42501', NULL, 'a broker cannot settle');
SELECT throws_ok('INSERT INTO certwire.receipt (unit, device, number, raw, broker) VALUES (''alpha'', ''d1'', 1, ''x'', ''b'')',
	'42501', NULL, 'a broker cannot write the table of receipts itself');
SELECT throws_ok('CREATE TABLE certwire.mine (x int)', '42501', NULL, 'a broker cannot make a table in the schema');
SELECT t.as('dsp');
SELECT throws_ok('SELECT certwire.certify_device(''alpha'', ''d2'', '''', '''', now(), now())', '42501', NULL,
	'the dispatcher cannot certify a device');
SELECT throws_ok('SELECT certwire.put_receipts(''b'', ''{}'', ''{}'', ''{}'', ''{}'')', '42501', NULL,
	'the dispatcher cannot put receipts');
SELECT t.as('adm');
SELECT throws_ok('SELECT * FROM certwire.content_key', '42501', NULL, 'an administrator cannot read content keys');
SELECT throws_ok('SELECT certwire.issue_due(1)', '42501', NULL, 'an administrator cannot issue');
SELECT t.as('ed1');
SELECT throws_ok('SELECT certwire.grant_channel(''delta'', ''weekly'')', '42501', NULL, 'an editor cannot entitle a unit');
SELECT throws_ok('UPDATE certwire.publication SET state = ''issued''', '42501', NULL, 'an editor cannot move a publication by hand');
SELECT t.as('aud');
SELECT lives_ok('SELECT * FROM certwire.content_key', 'an auditor reads content keys, sealed as they are');
SELECT throws_ok('DELETE FROM certwire.audit', '42501', NULL, 'an auditor cannot change the audit');
SELECT t.as('postgres');
SELECT * FROM finish(true);
