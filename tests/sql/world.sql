-- What most tests begin with: units alpha and beta in good standing and entitled to weekly and monthly,
-- gamma suspended, delta without any channel; a device d1 each; keyset 1; three editors.
-- Included by a test; then `t.as(login)` acts as that login for the rest of the session.

CREATE SCHEMA tap;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
CREATE EXTENSION pgtap WITH SCHEMA tap;
SET search_path = tap;
CREATE SCHEMA t;
GRANT USAGE ON SCHEMA t TO PUBLIC;

CREATE FUNCTION t.as(login text) RETURNS void LANGUAGE sql AS $$
	SELECT set_config('session_authorization', login, false)
$$;

-- 32 hex digits and 32 bytes that stand for a name.
CREATE FUNCTION t.id(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT left(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 32)
$$;
CREATE FUNCTION t.digest(name text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
	SELECT sha256(convert_to(name, 'UTF8'))
$$;
CREATE FUNCTION t.keyset(version int, channels text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT 'h.' || translate(encode(convert_to(format('{"version":%s,"channels":%s}', version, channels), 'UTF8'), 'base64'),
		E'+/=\n', '-_') || '.s'
$$;
CREATE FUNCTION t.put_keyset(v int, channels text, expires_at timestamptz = now() + interval '1 year')
	RETURNS int LANGUAGE sql AS $$
	SELECT certwire.put_keyset(v, t.keyset(v, channels), t.digest('keyset' || v),
		expires_at - interval '2 years', expires_at, CASE WHEN v > 1 THEN t.digest('keyset' || v - 1) END)
$$;

-- As an administrator admits a unit: selected, papers and contact on file.
CREATE FUNCTION t.propose(unit text, level text = 'provincial', region text = '110000') RETURNS void LANGUAGE sql AS $$
	SELECT certwire.propose_unit(unit, '单位' || unit, 4, level, region, '第四届评选公告')
$$;
CREATE FUNCTION t.file(unit text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM certwire.set_paper(unit, 'agreement', '协〔2026〕1号', '2026-01-05');
	PERFORM certwire.set_paper(unit, 'confidentiality', '密〔2026〕1号', '2026-01-05');
	PERFORM certwire.set_contact(unit, '值班室', '010-82990000');
END
$$;
CREATE FUNCTION t.admit(unit text, level text = 'provincial', region text = '110000') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t.propose(unit, level, region);
	PERFORM t.file(unit);
	RETURN (certwire.admit_unit(unit, '材料齐全')).standing;
END
$$;

CREATE FUNCTION t.device(unit text, device text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t.as('adm');
	PERFORM certwire.request_device(unit, device, 'a.b.c');
	PERFORM t.as('reg');
	PERFORM certwire.certify_device(unit, device, t.id(unit || '.' || device), unit || '.' || device || '.cert',
		now() - interval '1 hour', now() + interval '1 year');
END
$$;

-- Drafts as the login it is called as, whose key is t.id(login), and hands it over for review.
CREATE FUNCTION t.draft(name text, channel text = 'weekly', needed int = 2, rule text = '{"v":1,"rule":"entitled"}',
	not_before timestamptz = NULL, expires_at timestamptz = NULL, keyset int = 1, kind text = 'publish', target text = NULL,
	number text = NULL, submit boolean = true) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	done record;
BEGIN
	PERFORM certwire.draft_begin(t.id(name), kind, channel, coalesce(number, replace(name, ' ', '-')), t.digest(name), t.digest('body' || name),
		decode(repeat('03', 24), 'hex'), 2, convert_to(rule, 'UTF8'), t.digest(rule), not_before, expires_at, keyset, needed);
	PERFORM certwire.draft_reference(t.id(name), t.id(n)) FROM unnest(string_to_array(target, ' ')) n;
	PERFORM certwire.draft_part(t.id(name), i, decode(repeat('aa', 32768), 'hex')) FROM generate_series(0, 1) i;
	PERFORM certwire.put_content_key(t.id(name), t.id(k), decode(repeat('bb', 80), 'hex'))
		FROM unnest(ARRAY['ed1', 'ed2', 'ed3', 'dsp']) k;
	SELECT * INTO done FROM certwire.draft_finish(t.id(name), t.id(session_user), 'h..s');
	IF done.state = 'draft' AND submit THEN
		RETURN certwire.submit_publication(t.id(name));
	END IF;
	RETURN done.state;
END
$$;

-- Drafted by ed1, approved by ed2, asked to be issued; not issued.
CREATE FUNCTION t.ready(name text, channel text = 'weekly', rule text = '{"v":1,"rule":"entitled"}',
	not_before timestamptz = NULL, expires_at timestamptz = NULL, kind text = 'publish', target text = NULL, number text = NULL)
	RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t.as('ed1');
	PERFORM t.draft(name, channel, CASE channel WHEN 'weekly' THEN 2 ELSE 1 END, rule, not_before, expires_at, 1, kind, target, number);
	PERFORM t.as('ed2');
	IF channel = 'weekly' THEN
		PERFORM certwire.approve(t.id(name), t.id('ed2'), 'h..s');
	END IF;
	PERFORM certwire.request_issue(t.id(name));
END
$$;

CREATE FUNCTION t.fence() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT fence FROM certwire.lease $$;

-- The rest of the way: issued, every entry signed, everything sealed that may be. Ends as dsp.
CREATE FUNCTION t.sign_all() RETURNS void LANGUAGE sql AS $$
	SELECT certwire.put_entry_signatures(t.fence(), t.id('dsp'), array_agg(e.unit), array_agg(e.epoch::bigint),
		array_agg(e.number::bigint), array_agg(convert_to(e.unit || e.number, 'UTF8')),
		array_agg(t.digest(e.unit || e.number)), array_agg(e.unit || '.' || e.number || '.jws'))
	FROM certwire.entries_to_sign(t.fence(), 100000) e HAVING count(*) > 0
$$;
CREATE FUNCTION t.seal_all() RETURNS int LANGUAGE sql AS $$
	SELECT certwire.put_grants(t.fence(), array_agg(s.publication), array_agg(s.unit), array_agg(s.device),
		array_agg(s.device_kid), array_agg(decode(repeat('cc', 96), 'hex')))
	FROM certwire.deliveries_to_seal(t.fence(), t.id('dsp'), 100000) s HAVING count(*) > 0
$$;
CREATE FUNCTION t.publish(name text, channel text = 'weekly', rule text = '{"v":1,"rule":"entitled"}',
	expires_at timestamptz = NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t.ready(name, channel, rule, NULL, expires_at);
	PERFORM t.as('dsp');
	PERFORM certwire.issue_due(t.fence(), t.id(name));
	PERFORM t.sign_all();
	PERFORM t.seal_all();
END
$$;
-- A recall or a newer one of what was issued, all the way to the grants.
CREATE FUNCTION t.take_back(kind text, name text, target text, channel text = 'weekly', number text = NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t.ready(name, channel, CASE kind WHEN 'recall' THEN '{"v":1,"rule":"holders"}' ELSE '{"v":1,"rule":"entitled"}' END,
		NULL, NULL, kind, target, number);
	PERFORM t.as('dsp');
	PERFORM certwire.issue_due(t.fence(), t.id(name), CASE channel WHEN 'weekly' THEN 2 ELSE 1 END, ARRAY[t.id(target)]);
	PERFORM t.sign_all();
	PERFORM t.seal_all();
END
$$;
-- A device says of a publication what it did, and it is believed.
CREATE FUNCTION t.say(unit text, device text, name text, state text, number bigint = 1) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t.as('brk');
	PERFORM certwire.put_receipts('b', ARRAY[unit], ARRAY[device], ARRAY[number], ARRAY[convert_to(unit || device || name || state, 'UTF8')]);
	PERFORM t.as('dsp');
	PERFORM t.settle(r.id, name, state) FROM certwire.receipts_to_judge(t.fence(), 1) r;
END
$$;
CREATE FUNCTION t.watermark(receipt bigint) RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$
	SELECT coalesce(v.settled, 0) FROM certwire.receipt r LEFT JOIN certwire.device v USING (unit, device) WHERE r.id = receipt
$$;
-- One receipt is settled, or judged without items; its device's watermark then.
CREATE FUNCTION t.settle(receipt bigint, name text, state text, code bigint = NULL) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM certwire.settle(t.fence(), ARRAY[receipt], '{0}', '{t}', ARRAY[receipt], ARRAY[t.id(name)], ARRAY[state], ARRAY[code], ARRAY[now()]);
	RETURN t.watermark(receipt);
END
$$;
CREATE FUNCTION t.judge(receipt bigint, verdict bigint, authentic boolean) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM certwire.settle(t.fence(), ARRAY[receipt], ARRAY[verdict], ARRAY[authentic], '{}', '{}', '{}', '{}', '{}');
	RETURN t.watermark(receipt);
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;

DO $$
BEGIN
	PERFORM t.as('adm');
	PERFORM certwire.set_term(4, begins => '2011-06-01 00:00+08');
	-- Each test says itself who may receive what.
	PERFORM certwire.set_policy(c.id, '逐一授予', levels => '{}') FROM certwire.channel c;
	PERFORM t.admit(u) FROM unnest(ARRAY['alpha', 'beta', 'gamma', 'delta']) u;
	PERFORM certwire.grant_channel(u, c)
		FROM unnest(ARRAY['alpha', 'beta', 'gamma']) u, unnest(ARRAY['weekly', 'monthly']) c;
	PERFORM certwire.suspend_unit('gamma', '未履行保密义务');
	PERFORM certwire.bind_key(t.id(e), e, 'editor') FROM unnest(ARRAY['ed1', 'ed2', 'ed3']) e;
	PERFORM t.device(u, 'd1') FROM unnest(ARRAY['alpha', 'beta', 'gamma', 'delta']) u;
	PERFORM t.as('reg');
	PERFORM t.put_keyset(1, '{"weekly":{"approvals":2},"monthly":{"approvals":1},"opportunity":{"approvals":1}}');
	PERFORM t.as('dsp');
	PERFORM certwire.lease_take('dispatcher.test', '1 hour');
	PERFORM t.as('postgres');
END
$$;
