-- $1 bigint: fence; $2 text: unit
SELECT epoch, last, digest, standing, since, reason, coalesce(keyset, 0), device, settled, audit_sequence, audit_digest
FROM certwire.head_of($1, $2)
