-- $1 bigint: fence; $2 int: most rows
SELECT unit, epoch, number, kind, publication, target, issued_at, keyset, manifest_digest,
	body_digest, stream, parts, signatures, previous, entered_at
FROM certwire.entries_to_sign($1, $2)
