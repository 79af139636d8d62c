-- After PostgreSQL was restored from a backup, or a standby was promoted: a new epoch, in which the
-- mailboxes begin again; and receipts for what the ledger has lost.

SET LOCAL ROLE certwire_owner;

CREATE FUNCTION certwire.begin_epoch(reason text, OUT epoch int, OUT entries int, OUT units int, OUT newest_act timestamptz)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	told text := check_reason(reason);
	moment timestamptz;
BEGIN
	SELECT max(a.at) INTO newest_act FROM audit a;
	-- Fences went back as well: whoever held a later one must not find it in force again.
	UPDATE lease l SET holder = '', fence = l.fence + 4294967296, expires_at = '-infinity' WHERE l.name = 'dispatcher';
	PERFORM entitlement_lock();
	moment := clock_timestamp();
	-- So did versions: who holds a copy is made to load all of it.
	UPDATE entitlement_state s SET version = s.version + 1048576;
	PERFORM entitlement_changed(NULL);
	-- Seconds since 2026, so that a backup that is restored twice never gives an epoch a second time.
	UPDATE ledger l SET epoch = greatest(l.epoch + 1, extract(epoch FROM moment)::bigint - 1767225600)
		RETURNING l.epoch INTO STRICT epoch;
	UPDATE presence n SET present = false, since = moment WHERE n.present;
	WITH again AS (
		SELECT d.publication, d.unit, p.kind, p.keyset,
			(row_number() OVER (PARTITION BY d.unit ORDER BY d.epoch, d.number))::int AS number
		FROM delivery d JOIN publication p ON p.id = d.publication
		WHERE d.state IN ('owed', 'settled') AND p.recalled_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > moment)
	), entered AS (
		INSERT INTO entry (unit, epoch, number, kind, publication, issued_at, keyset)
		SELECT a.unit, begin_epoch.epoch, a.number, a.kind, a.publication, moment, a.keyset FROM again a
	), moved AS (
		UPDATE delivery d SET epoch = begin_epoch.epoch, number = a.number, next_offer_at = moment,
				to_seal = d.to_seal OR d.state = 'owed'
			FROM again a WHERE d.publication = a.publication AND d.unit = a.unit
			RETURNING d.unit
	)
	SELECT count(*), count(DISTINCT m.unit) INTO entries, units FROM moved m;
	PERFORM record_act('begin_epoch', epoch::text, jsonb_build_object('reason', told, 'entries', entries, 'units', units));
	PERFORM pg_notify('certwire_issue', '');
END
$$;
COMMENT ON FUNCTION certwire.begin_epoch IS 'Begins a new epoch after a restore: whatever is owed or was settled is entered again from number 1. 恢复后开始新纪元。';

CREATE TABLE certwire.receipt_parked (
	publication text NOT NULL CHECK (octet_length(publication) <= 64),
	unit text NOT NULL,
	device text NOT NULL,
	state text NOT NULL CHECK (state IN ('stored', 'opened', 'recalled', 'refused')),
	code int CHECK (code BETWEEN 200 AND 499),
	manifest_digest certwire.digest NOT NULL,
	reached_at timestamptz NOT NULL,
	receipt bigint NOT NULL REFERENCES certwire.receipt,
	placed_at timestamptz,
	PRIMARY KEY (publication, unit, device, state),
	FOREIGN KEY (unit, device) REFERENCES certwire.device
);
COMMENT ON TABLE certwire.receipt_parked IS 'What believed receipts say of deliveries that the ledger lost when it was restored. 台账恢复时丢失的投递的回执。';
COMMENT ON COLUMN certwire.receipt_parked.publication IS 'The publication, perhaps unknown here. 发布件，可能已不在库中。';
COMMENT ON COLUMN certwire.receipt_parked.unit IS 'The unit. 单位。';
COMMENT ON COLUMN certwire.receipt_parked.device IS 'The device that signed it. 签署的设备。';
COMMENT ON COLUMN certwire.receipt_parked.state IS 'stored, opened, recalled or refused. 状态。';
COMMENT ON COLUMN certwire.receipt_parked.code IS 'Why it refused. 拒收代码。';
COMMENT ON COLUMN certwire.receipt_parked.manifest_digest IS 'Digest of the manifest that the device names. 设备所指清单的摘要。';
COMMENT ON COLUMN certwire.receipt_parked.reached_at IS 'When, by the device''s clock. 达到时间（设备时钟）。';
COMMENT ON COLUMN certwire.receipt_parked.receipt IS 'The receipt that proves it. 证明该状态的回执。';
COMMENT ON COLUMN certwire.receipt_parked.placed_at IS 'When its delivery was there again and it was settled; null: it still waits. 重新结算的时间。';
CREATE INDEX receipt_parked_waits ON certwire.receipt_parked (unit, publication) WHERE placed_at IS NULL;
GRANT SELECT ON certwire.receipt_parked TO certwire_admin, certwire_auditor;

CREATE VIEW certwire.lost_publications AS
SELECT k.publication, p.channel, p.number, p.state, count(DISTINCT k.unit)::int AS units, array_agg(DISTINCT k.unit) AS held_by,
	min(k.reached_at) AS first_reached_at, min(k.receipt) AS first_receipt
FROM certwire.receipt_parked k LEFT JOIN certwire.publication p ON p.id = k.publication
WHERE k.placed_at IS NULL
GROUP BY k.publication, p.channel, p.number, p.state;
COMMENT ON VIEW certwire.lost_publications IS 'What units hold receipts of, and a restored ledger does not owe them. 单位已收到而恢复后的台账中没有的发布件。';
COMMENT ON COLUMN certwire.lost_publications.publication IS 'The publication. 发布件。';
COMMENT ON COLUMN certwire.lost_publications.channel IS 'Channel; null: the publication is unknown here. 频道，空表示库中没有该发布件。';
COMMENT ON COLUMN certwire.lost_publications.number IS 'Number within the channel. 期号。';
COMMENT ON COLUMN certwire.lost_publications.state IS 'State of the publication, if known. 发布件状态。';
COMMENT ON COLUMN certwire.lost_publications.units IS 'How many units. 单位数。';
COMMENT ON COLUMN certwire.lost_publications.held_by IS 'Which units. 单位。';
COMMENT ON COLUMN certwire.lost_publications.first_reached_at IS 'When the first device had it. 最早达到时间。';
COMMENT ON COLUMN certwire.lost_publications.first_receipt IS 'Id of the first receipt. 首份回执编号。';
GRANT SELECT ON certwire.lost_publications TO certwire_admin, certwire_auditor;

CREATE FUNCTION certwire.park_items(fence bigint, receipt bigint, publications text[], manifests bytea[], states text[],
	codes bigint[], reached timestamptz[])
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	put int;
BEGIN
	PERFORM check_fence(fence);
	INSERT INTO receipt_parked (publication, unit, device, state, code, manifest_digest, reached_at, receipt)
		SELECT g.publication, r.unit, r.device, g.state, nullif(g.code, 0), g.manifest, g.reached_at, r.id
		FROM unnest(publications, manifests, states, codes, reached) g (publication, manifest, state, code, reached_at)
		JOIN receipt r ON r.id = receipt
		ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS put = ROW_COUNT;
	RETURN put;
END
$$;
COMMENT ON FUNCTION certwire.park_items IS 'Keeps items of a believed receipt whose deliveries a restore has lost. 暂存已丢失投递的回执条目。';
GRANT EXECUTE ON FUNCTION certwire.park_items TO certwire_dispatcher;

CREATE FUNCTION certwire.place_parked(fence bigint)
	RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = certwire, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	placed record;
	count int := 0;
BEGIN
	PERFORM check_fence(fence);
	FOR placed IN
		WITH found AS (
			UPDATE receipt_parked k SET placed_at = clock_timestamp()
				FROM delivery d JOIN publication p ON p.id = d.publication
				WHERE k.placed_at IS NULL AND d.unit = k.unit AND d.publication = k.publication
					AND p.manifest_digest = k.manifest_digest
				RETURNING k.*
		)
		SELECT f.receipt, array_agg(f.publication) AS publications, array_agg(f.state) AS states,
			array_agg(f.code::bigint) AS codes, array_agg(f.reached_at) AS reached
		FROM found f GROUP BY f.receipt
	LOOP
		PERFORM settle_items(r, placed.publications, placed.states, placed.codes, placed.reached)
			FROM receipt r WHERE r.id = placed.receipt;
		count := count + cardinality(placed.publications);
	END LOOP;
	RETURN count;
END
$$;
COMMENT ON FUNCTION certwire.place_parked IS 'Settles parked items whose deliveries are there again. 结算投递已恢复的暂存条目。';
GRANT EXECUTE ON FUNCTION certwire.place_parked TO certwire_dispatcher;
