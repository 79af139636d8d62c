-- $1 bigint: fence; $2 text: the dispatcher's key id; $3 int: most rows
SELECT publication, kind, channel, number, manifest_digest, body_digest, stream, parts, audience,
	not_before, expires_at, signatures, content_key
FROM certwire.due_publications($1, $2)
LIMIT $3
