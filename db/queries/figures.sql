-- All that the metrics show of the ledger and of the brokers, in one question. Those of the ledger have no
-- broker; a broker's plugin has one row at least, which may have no name.
-- $1 bigint: seconds after which what is owed is overdue
SELECT NULL::text AS broker, NULL::text AS plugin, NULL::text AS version, NULL::timestamptz AS reported_at, name, label, figure
FROM certwire.ledger_figures(make_interval(secs => $1))
UNION ALL
SELECT broker, plugin, version, reported_at, name, label, figure FROM certwire.broker_figures()
ORDER BY broker NULLS FIRST, plugin
