-- One moment's numbers, which are all the same unless something is beside the chain.
SELECT (SELECT count(*) FROM certwire.audit), (SELECT count(*) FROM certwire.audit_link),
	(SELECT coalesce(max(l.sequence), 0) FROM certwire.audit_link l)
