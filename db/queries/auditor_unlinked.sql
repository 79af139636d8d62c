-- The first act that no link names.
SELECT a.at, a.login, a.act, a.subject
FROM certwire.audit a
WHERE NOT EXISTS (SELECT FROM certwire.audit_link l WHERE l.audit = a.id)
ORDER BY a.id
LIMIT 1
