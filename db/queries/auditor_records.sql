-- $1 bigint: after this sequence; $2 bigint: at most so many. Nulls: the link's row is gone.
SELECT l.sequence, l.digest, a.at, a.login, a.act, a.subject, a.detail::text
FROM certwire.audit_link l
LEFT JOIN certwire.audit a ON a.id = l.audit
WHERE l.sequence > $1
ORDER BY l.sequence
LIMIT $2
