-- The GiST indexes that keep spans from overlapping are for that alone. PostgreSQL thinks them as cheap as a B-tree to
-- look up a unit by, and took them at every step of every delivery, though they are ten times as slow. By another collation
-- (equality is that of bytes in either) or type they keep what they kept, and no question about a unit fits them.

SET LOCAL ROLE certwire_owner;

ALTER TABLE certwire.standing
	DROP CONSTRAINT standing_no_overlap,
	ADD CONSTRAINT standing_no_overlap EXCLUDE USING gist (unit COLLATE "C" WITH =, tstzrange(since, until) WITH &&);

ALTER TABLE certwire.membership
	DROP CONSTRAINT membership_no_overlap,
	ADD CONSTRAINT membership_no_overlap
		EXCLUDE USING gist (unit COLLATE "C" WITH =, (term::bigint) WITH =, tstzrange(since, until) WITH &&);

ALTER TABLE certwire.group_member
	DROP CONSTRAINT group_member_no_overlap,
	ADD CONSTRAINT group_member_no_overlap
		EXCLUDE USING gist (group_id COLLATE "C" WITH =, unit COLLATE "C" WITH =, tstzrange(since, until) WITH &&);

ALTER TABLE certwire.entitlement
	DROP CONSTRAINT entitlement_unit_no_overlap,
	DROP CONSTRAINT entitlement_group_no_overlap,
	ADD CONSTRAINT entitlement_unit_no_overlap EXCLUDE USING gist
		(effect COLLATE "C" WITH =, unit COLLATE "C" WITH =, channel COLLATE "C" WITH =, tstzrange(since, until) WITH &&)
		WHERE (unit IS NOT NULL),
	ADD CONSTRAINT entitlement_group_no_overlap EXCLUDE USING gist
		(effect COLLATE "C" WITH =, group_id COLLATE "C" WITH =, channel COLLATE "C" WITH =, tstzrange(since, until) WITH &&)
		WHERE (group_id IS NOT NULL);
