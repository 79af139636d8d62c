-- Who may read which table. Nobody writes one: every act is a function.

SET LOCAL ROLE certwire_owner;

GRANT SELECT ON certwire.schema_migration TO certwire_admin, certwire_registrar, certwire_editor, certwire_dispatcher,
	certwire_broker, certwire_clerk, certwire_auditor;
GRANT SELECT ON certwire.region, certwire.term, certwire.channel, certwire.duty TO certwire_clerk;

-- Who has which role: logins are roles of PostgreSQL, made by its operator and not by a function here.
CREATE VIEW certwire.people AS
SELECT m.rolname::text COLLATE "default" AS login, substr(g.rolname::text, 10) COLLATE "default" AS role, m.rolcanlogin AS may_login, h.kid::text, h.bound_at,
	(SELECT string_agg(r.name_zh, '、' ORDER BY r.code) FROM certwire.clerk_region c JOIN certwire.region r ON r.code = c.region
		WHERE c.login = m.rolname) AS regions
FROM pg_auth_members a
JOIN pg_roles g ON g.oid = a.roleid AND g.rolname IN ('certwire_admin', 'certwire_registrar', 'certwire_editor',
	'certwire_dispatcher', 'certwire_broker', 'certwire_clerk', 'certwire_auditor')
JOIN pg_roles m ON m.oid = a.member
LEFT JOIN certwire.key_holder h ON h.login = m.rolname AND 'certwire_' || h.role = g.rolname
ORDER BY role, login;
COMMENT ON VIEW certwire.people IS 'Every login with its role, key and regions. 各登录名的角色、密钥与地区。';
COMMENT ON COLUMN certwire.people.login IS 'Login. 登录名。';
COMMENT ON COLUMN certwire.people.role IS 'admin, registrar, editor, dispatcher, broker, clerk or auditor. 角色。';
COMMENT ON COLUMN certwire.people.may_login IS 'False when the operator has shut it out. 是否可登录。';
COMMENT ON COLUMN certwire.people.kid IS 'Key bound to it in that role. 绑定的密钥标识。';
COMMENT ON COLUMN certwire.people.bound_at IS 'Since when. 绑定时间。';
COMMENT ON COLUMN certwire.people.regions IS 'A clerk''s regions. 经办负责的地区。';

-- Administrators and auditors read everything; administrators no sealed bytes.
GRANT SELECT ON ALL TABLES IN SCHEMA certwire TO certwire_admin, certwire_auditor;
REVOKE SELECT ON certwire.content_key, certwire.delivery_grant, certwire.reply, certwire.publication_part FROM certwire_admin;
GRANT SELECT (publication, kid) ON certwire.content_key TO certwire_admin;
GRANT SELECT (publication, unit, device, kid, sealed_at) ON certwire.delivery_grant TO certwire_admin;
GRANT SELECT (id, unit, device, sha256, broker, received_at) ON certwire.reply TO certwire_admin;
GRANT SELECT (publication, index) ON certwire.publication_part TO certwire_admin;

-- What concerns a unit as such is read by administrators and auditors wholly, by a clerk as far as
-- the unit is of the clerk's regions. Functions run as the owner, to whom no policy applies.
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['unit', 'membership', 'standing', 'paper', 'contact', 'obligation'] LOOP
		EXECUTE format('ALTER TABLE certwire.%I ENABLE ROW LEVEL SECURITY', name);
		EXECUTE format('CREATE POLICY all_units ON certwire.%I FOR SELECT TO certwire_admin, certwire_auditor USING (true)', name);
		EXECUTE format('CREATE POLICY my_regions ON certwire.%I FOR SELECT TO certwire_clerk USING (certwire.in_my_regions(%I))',
			name, CASE name WHEN 'unit' THEN 'id' ELSE 'unit' END);
		EXECUTE format('GRANT SELECT ON certwire.%I TO certwire_clerk', name);
	END LOOP;
END
$$;
