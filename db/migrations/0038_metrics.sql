-- What the metrics are made of: figures that brokers' plugins report, how long a loss of right took to reach them,
-- and a look at the ledger that costs little however much is in it.

SET LOCAL ROLE certwire_owner;

-- Unlogged: what it holds is a few seconds old or worth nothing, and must make no broker wait for a disk.
CREATE UNLOGGED TABLE certwire.broker_report (
	broker text NOT NULL CHECK (octet_length(broker) BETWEEN 1 AND 255),
	plugin text NOT NULL CHECK (plugin IN ('entitlement', 'receipts')),
	version text NOT NULL CHECK (octet_length(version) BETWEEN 1 AND 32),
	reported_at timestamptz NOT NULL,
	names text[] NOT NULL,
	labels text[] NOT NULL,
	figures bigint[] NOT NULL,
	PRIMARY KEY (broker, plugin),
	CONSTRAINT broker_report_size CHECK (cardinality(names) <= 256)
);
COMMENT ON TABLE certwire.broker_report IS 'What each broker''s plugins last said of themselves, for the metrics. 代理插件上报的运行指标。';
COMMENT ON COLUMN certwire.broker_report.broker IS 'The broker. 代理名称。';
COMMENT ON COLUMN certwire.broker_report.plugin IS 'Which plugin. 插件。';
COMMENT ON COLUMN certwire.broker_report.version IS 'Its release. 插件版本。';
COMMENT ON COLUMN certwire.broker_report.reported_at IS 'When it said so. 上报时间。';
COMMENT ON COLUMN certwire.broker_report.names IS 'Name of each figure. 指标名。';
COMMENT ON COLUMN certwire.broker_report.labels IS 'Its label; empty where there is one of that name. 指标标签。';
COMMENT ON COLUMN certwire.broker_report.figures IS 'Its value. 指标值。';
GRANT SELECT ON certwire.broker_report TO certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.put_report(broker text, plugin text, version text, names text[], labels text[], figures bigint[])
	RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	PERFORM check_arrays(cardinality(names), cardinality(labels), cardinality(figures));
	IF EXISTS (SELECT FROM unnest(names, labels, figures) g (name, label, figure)
		WHERE g.name IS NULL OR g.name !~ '^[a-z_]{1,32}$' OR g.label IS NULL OR g.label !~ '^[0-9a-z]{0,15}$' OR g.figure IS NULL)
		OR (SELECT count(*) <> count(DISTINCT (g.name, g.label)) FROM unnest(names, labels) g (name, label)) THEN
		PERFORM fail('CW004', 'a figure has a name of small letters and a label of small letters and digits, once', 'report what the plugin reports');
	END IF;
	-- A broker that was taken out of service is forgotten after a day.
	DELETE FROM broker_report r WHERE r.reported_at < clock_timestamp() - interval '1 day';
	IF NOT EXISTS (SELECT FROM broker_report r WHERE r.broker = broker AND r.plugin = plugin)
		AND (SELECT count(*) FROM broker_report) >= 128 THEN
		PERFORM fail('CW002', '128 plugins report already', 'see certwire.broker_report for who they are');
	END IF;
	INSERT INTO broker_report AS r (broker, plugin, version, reported_at, names, labels, figures)
		VALUES (broker, plugin, version, clock_timestamp(), names, labels, figures)
		ON CONFLICT ON CONSTRAINT broker_report_pkey DO UPDATE
			SET version = EXCLUDED.version, reported_at = EXCLUDED.reported_at, names = EXCLUDED.names, labels = EXCLUDED.labels,
				figures = EXCLUDED.figures;
END
$$;
COMMENT ON FUNCTION certwire.put_report IS 'Replaces what a plugin of a broker said of itself. 上报运行指标。';
GRANT EXECUTE ON FUNCTION certwire.put_report TO certwire_broker;

-- When a version of the entitlements was committed, so that a broker can tell how long after it a client was cut.
CREATE TABLE certwire.entitlement_commit (
	version bigint PRIMARY KEY,
	at timestamptz NOT NULL
);
COMMENT ON TABLE certwire.entitlement_commit IS 'When the newest 1,024 versions of the entitlement were committed. 近期各权限版本的提交时间。';
COMMENT ON COLUMN certwire.entitlement_commit.version IS 'Version of the entitlement. 权限版本。';
COMMENT ON COLUMN certwire.entitlement_commit.at IS 'The time at the commit. 提交时间。';
GRANT SELECT ON certwire.entitlement_commit TO certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.entitlement_committing()
	RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
BEGIN
	INSERT INTO entitlement_commit (version, at) VALUES (NEW.version, clock_timestamp()) ON CONFLICT DO NOTHING;
	DELETE FROM entitlement_commit c WHERE c.version <= NEW.version - 1024;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION certwire.entitlement_committing IS 'Notes when a version is committed. 记录权限版本的提交时间。';
CREATE CONSTRAINT TRIGGER entitlement_committed AFTER UPDATE ON certwire.entitlement_state
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.version <> NEW.version)
	EXECUTE FUNCTION certwire.entitlement_committing();

CREATE FUNCTION certwire.copy_committed(since bigint)
	RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT min(c.at) FROM entitlement_commit c WHERE c.version > since
$$;
COMMENT ON FUNCTION certwire.copy_committed IS 'When the first version after this one was committed; null: not known. 此版本之后首个版本的提交时间。';
GRANT EXECUTE ON FUNCTION certwire.copy_committed TO certwire_broker;

-- One row a publication and state, out of some hundred.
CREATE INDEX delivery_count_state ON certwire.delivery_count (what) INCLUDE (many)
	WHERE what IN ('owed', 'settled', 'expired', 'recalled');

-- Names and labels are those that the dispatcher knows (docs/metrics.md); times are UTC microseconds.
CREATE FUNCTION certwire.ledger_figures(overdue_after interval)
	RETURNS TABLE (name text, label text, figure bigint)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp SET jit = off AS $$
	WITH moment AS (
		SELECT right_now() AS now
	), owed AS MATERIALIZED (
		SELECT p.issued_at FROM delivery d
		JOIN publication p ON p.id = d.publication
		JOIN standing s ON s.unit = d.unit CROSS JOIN moment m
		WHERE d.state = 'owed' AND s.standing = 'good' AND s.since <= m.now AND (s.until IS NULL OR s.until > m.now)
	)
	SELECT 'deliveries', w.what, coalesce((SELECT sum(c.many) FROM delivery_count c WHERE c.what = w.what
			AND c.what IN ('owed', 'settled', 'expired', 'recalled')), 0)::bigint
		+ coalesce((SELECT sum(c.many) FROM delivery_count_change c WHERE c.what = w.what), 0)::bigint
	FROM unnest(ARRAY['owed', 'settled', 'expired', 'recalled']) w (what)
	UNION ALL SELECT 'overdue', '', count(*) FROM owed o CROSS JOIN moment m WHERE o.issued_at <= m.now - overdue_after
	UNION ALL SELECT 'oldest_owed_us', '', (extract(epoch FROM min(o.issued_at)) * 1000000)::bigint FROM owed o
	UNION ALL SELECT 'receipts_waiting', '', count(*) FROM receipt r WHERE r.judged_at IS NULL
	UNION ALL SELECT 'oldest_waiting_us', '', (extract(epoch FROM min(r.received_at)) * 1000000)::bigint FROM receipt r WHERE r.judged_at IS NULL
	UNION ALL SELECT 'publications_refused', '', count(*) FROM publication p WHERE p.state IN ('approved', 'scheduled') AND p.issue_refused_code IS NOT NULL
	UNION ALL SELECT 'lease_expiry_us', l.holder, (extract(epoch FROM l.expires_at) * 1000000)::bigint FROM lease l
	UNION ALL SELECT 'audit_links', '', coalesce(max(a.sequence), 0) FROM audit_link a
	UNION ALL SELECT 'entitlement_version', '', s.version FROM entitlement_state s
	UNION ALL SELECT 'devices_connected', n.broker, count(*) FROM presence n WHERE n.present GROUP BY n.broker
$$;
COMMENT ON FUNCTION certwire.ledger_figures IS 'The ledger in a few figures, for the metrics; writes nothing and takes no lock. 台账概况指标。';
GRANT EXECUTE ON FUNCTION certwire.ledger_figures TO certwire_dispatcher;

CREATE FUNCTION certwire.broker_figures()
	RETURNS TABLE (broker text, plugin text, version text, reported_at timestamptz, name text, label text, figure bigint)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
	SELECT r.broker, r.plugin, r.version, r.reported_at, g.name, g.label, g.figure
	FROM broker_report r
	LEFT JOIN LATERAL unnest(r.names, r.labels, r.figures) g (name, label, figure)
		ON r.reported_at > clock_timestamp() - interval '5 minutes'
	ORDER BY r.broker, r.plugin
$$;
COMMENT ON FUNCTION certwire.broker_figures IS 'What brokers'' plugins report; of one that is silent for five minutes only when it last did. 代理上报的指标。';
GRANT EXECUTE ON FUNCTION certwire.broker_figures TO certwire_dispatcher;
