-- Rows of everything that the ledger keeps, as they could stand at any version of the schema from 11 on: three units, one of them suspended, publications in each state,
-- mailboxes, receipts, replies. Put past the triggers; upgrade.sh proves that every constraint holds.
SET session_replication_role = replica;
SET timezone = 'UTC';
INSERT INTO certwire.keyset (version, jws, digest, issued_at, expires_at)
	VALUES (1, 'a.b.c', sha256('keyset'), '2026-01-01', '2036-01-01');
INSERT INTO certwire.key_holder (login, kid, role, bound_by) VALUES
	('seed_editor', repeat('e', 32), 'editor', 'seed_admin'), ('seed_dispatcher', repeat('d', 32), 'dispatcher', 'seed_admin');
INSERT INTO certwire.unit (id, name, created_at)
	SELECT 'unit-' || i, '单位' || i, '2026-01-02' FROM generate_series(1, 3) i;
INSERT INTO certwire.membership (unit, term, level, region, since, selected_by, reason)
	SELECT id, 4, 'provincial', '110000', '2026-01-02', 'seed_admin', '入选' FROM certwire.unit;
INSERT INTO certwire.paper (unit, kind, reference, signed_on, put_by)
	SELECT id, kind, '协议', '2026-01-02', 'seed_admin' FROM certwire.unit, unnest('{agreement,confidentiality}'::text[]) kind;
INSERT INTO certwire.contact (unit, role, name, phone, since, put_by)
	SELECT id, 'fixed', '值班室', '010-82990000', '2026-01-02', 'seed_admin' FROM certwire.unit;
INSERT INTO certwire.standing (unit, since, until, standing, reason, decided_by)
	SELECT id, '2026-01-03', CASE id WHEN 'unit-3' THEN timestamptz '2026-06-01' END, 'good', '准入', 'seed_admin' FROM certwire.unit;
INSERT INTO certwire.standing (unit, since, standing, reason, decided_by) VALUES ('unit-3', '2026-06-01', 'suspended', '整改', 'seed_admin');
INSERT INTO certwire.device (unit, device, request, certificate, kid, not_before, not_after, certified_at, certified_by, settled)
	SELECT id, 'd1', 'a.b.c', 'a.b.c', lpad(right(id, 1), 32, '0'), '2026-01-02', '2036-01-02', '2026-01-02', 'seed_registrar', 1 FROM certwire.unit;
INSERT INTO certwire.entitlement (effect, unit, channel, since, granted_by)
	SELECT 'grant', id, 'weekly', '2026-01-03', 'seed_admin' FROM certwire.unit;
INSERT INTO certwire.publication (id, kind, channel, number, state, manifest_digest, body_digest, stream, parts, audience, audience_digest,
		drafted_by, drafted_at, drafted_keyset, approvals_needed, approved_at, issue_requested_by, issue_requested_at, issued_at, keyset, issued_version,
		recalled_at, recalled_by, withdrawn_at, withdrawn_by, withdrawn_reason)
	SELECT id, kind, 'weekly', number, state, sha256(convert_to('manifest ' || id, 'UTF8')), sha256('body'), decode(repeat('00', 24), 'hex'), 1,
		'{"v":1,"rule":"entitled"}', sha256('rule'), 'seed_editor', day, 1, 1, CASE WHEN state IN ('approved', 'issued') THEN day END,
		CASE state WHEN 'issued' THEN 'seed_editor' END, CASE state WHEN 'issued' THEN day END, CASE state WHEN 'issued' THEN day END,
		CASE state WHEN 'issued' THEN 1 END, CASE state WHEN 'issued' THEN 1 END,
		CASE number WHEN '2026-2' THEN timestamptz '2026-03-03' END, CASE number WHEN '2026-2' THEN repeat('3', 32) END,
		CASE state WHEN 'withdrawn' THEN day END, CASE state WHEN 'withdrawn' THEN 'seed_editor' END, CASE state WHEN 'withdrawn' THEN '不再发' END
	FROM (VALUES (repeat('1', 32), 'publish', '2026-1', 'issued', timestamptz '2026-03-01'),
		(repeat('2', 32), 'publish', '2026-2', 'issued', '2026-03-02'), (repeat('3', 32), 'recall', '2026-3', 'issued', '2026-03-03'),
		(repeat('4', 32), 'publish', '2026-4', 'draft', '2026-03-04'), (repeat('5', 32), 'publish', '2026-5', 'approved', '2026-03-05'),
		(repeat('6', 32), 'publish', '2026-6', 'withdrawn', '2026-03-06')) p (id, kind, number, state, day);
INSERT INTO certwire.publication_part (publication, index, data) SELECT id, 0, decode(repeat('00', 32768), 'hex') FROM certwire.publication;
INSERT INTO certwire.signature (publication, kid, jws, signed_by, signed_at)
	SELECT id, repeat('e', 32), 'a..b', 'seed_other', drafted_at FROM certwire.publication WHERE state IN ('approved', 'issued');
INSERT INTO certwire.content_key (publication, kid, sealed)
	SELECT id, kid, decode(repeat('00', 80), 'hex') FROM certwire.publication, certwire.key_holder;
INSERT INTO certwire.entry (unit, epoch, number, kind, publication, target, issued_at, keyset, payload, digest)
	SELECT u.id, 1, right(p.number, 1)::int, p.kind, p.id, NULL, p.issued_at, 1, convert_to('{}', 'UTF8'), sha256(convert_to(u.id || p.id, 'UTF8'))
	FROM certwire.publication p, certwire.unit u WHERE p.state = 'issued';
INSERT INTO certwire.entry_signature (unit, epoch, number, kid, jws) SELECT unit, epoch, number, repeat('d', 32), 'a.b.c' FROM certwire.entry;
-- Of the first all have it but the third unit, which is suspended; the second was recalled from it.
INSERT INTO certwire.delivery (publication, unit, epoch, number, state, to_seal, offers, first_offered_at, last_offered_at, stored_at, opened_at, ended_at, ended_reason)
	SELECT e.publication, e.unit, 1, e.number, s.state, false, 1, e.issued_at, e.issued_at,
		CASE s.state WHEN 'settled' THEN e.issued_at + interval '1 minute' END,
		CASE WHEN s.state = 'settled' AND e.unit = 'unit-1' AND e.kind = 'publish' THEN e.issued_at + interval '1 hour' END,
		CASE s.state WHEN 'recalled' THEN timestamptz '2026-03-03' END, CASE s.state WHEN 'recalled' THEN '已召回' END
	FROM certwire.entry e CROSS JOIN LATERAL (
		SELECT CASE WHEN e.unit <> 'unit-3' THEN 'settled' WHEN e.number = 2 THEN 'recalled' ELSE 'owed' END AS state) s;
INSERT INTO certwire.delivery_grant (publication, unit, device, kid, sealed)
	SELECT publication, unit, 'd1', lpad(right(unit, 1), 32, '0'), decode(repeat('00', 80), 'hex') FROM certwire.delivery WHERE state = 'settled';
INSERT INTO certwire.receipt (unit, device, number, raw, broker, received_at, judged_at, verdict, authentic)
	SELECT unit, 'd1', number, convert_to('receipt ' || unit || number, 'UTF8'), 'broker-a:8883', stored_at, stored_at, 0, true
	FROM certwire.delivery WHERE state = 'settled';
INSERT INTO certwire.receipt (unit, device, number, raw, broker) VALUES ('unit-2', 'd1', 9, 'not judged yet', 'broker-a:8883');
INSERT INTO certwire.receipt_item (publication, unit, device, state, reached_at, receipt, settled_at)
	SELECT d.publication, d.unit, 'd1', CASE d.number WHEN 3 THEN 'recalled' ELSE 'stored' END, d.stored_at, r.id, d.stored_at
	FROM certwire.delivery d JOIN certwire.receipt r ON r.unit = d.unit AND r.number = d.number WHERE d.state = 'settled';
INSERT INTO certwire.presence (unit, device, broker, present) VALUES ('unit-1', 'd1', 'broker-a:8883', false);
INSERT INTO certwire.denial (broker, who, client_id, code) VALUES ('broker-a:8883', 'unit-3', 'unit-3.d1', 108);
INSERT INTO certwire.incident (source, unit, device, code) VALUES ('unit', 'unit-1', 'd1', 302);
SET session_replication_role = DEFAULT;
