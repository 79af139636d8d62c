-- $1 text: how the id begins; two rows at most. Raw columns, and whether this login reads the body.
SELECT p.id, p.kind, p.channel, p.number, p.state, p.manifest_digest, p.body_digest, p.stream, p.parts, p.audience,
	p.audience_digest, p.issued_at, p.keyset, p.expires_at,
	has_column_privilege('certwire.publication_part', 'data', 'SELECT')
FROM certwire.publication p
WHERE starts_with(p.id, $1)
ORDER BY p.id
LIMIT 2
