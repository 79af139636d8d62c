-- $1 bigint: fence; $2 text[]: units
SELECT place, epoch, last, digest, standing, since, reason, coalesce(keyset, 0), device, settled, audit_sequence, audit_digest
FROM certwire.heads_of($1, $2)
