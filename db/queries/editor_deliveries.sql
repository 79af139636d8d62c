-- $1 id; in order of unit
SELECT unit, name, state, held_reason, present, offers, last_offered_at, stored_at, opened_at, refused_code, refused_at,
	ended_at, ended_reason
FROM certwire.publication_status($1);
