-- Who may read which table. Nobody writes one: every act is a function.

SET LOCAL ROLE certwire_owner;

GRANT SELECT ON certwire.schema_migration TO certwire_admin, certwire_registrar, certwire_editor, certwire_dispatcher,
	certwire_broker, certwire_clerk, certwire_auditor;
GRANT SELECT ON certwire.region, certwire.term, certwire.channel, certwire.duty TO certwire_clerk;

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
