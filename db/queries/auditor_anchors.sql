-- Every anchor, oldest first.
SELECT jws FROM certwire.audit_anchor ORDER BY sequence
