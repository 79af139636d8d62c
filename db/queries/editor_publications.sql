-- $1 how the id begins, $2 at most how many, $3 only those older than that one, or null; newest first
SELECT p.id, kind, channel, number, state, drafted_by, drafted_at, signatures, approvals_needed, not_before, expires_at,
	issue_requested_at, issue_refused_code, issued_at, withdrawn_reason, audience, manifest_digest, body_digest, stream, parts,
	deliveries, owed, stored, opened, refused, ended, f.fate, f.by, f.at
FROM certwire.publications($1, $2, $3) p CROSS JOIN LATERAL certwire.publication_fate(p.id) f;
