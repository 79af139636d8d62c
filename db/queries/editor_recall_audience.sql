-- $1 id of a recall, or of what shall be recalled: those who are told now first, then who is told later and why
SELECT unit, name, receives, reason, devices, waits
FROM certwire.recall_audience(coalesce((SELECT min(target) FROM certwire.publication_references($1) WHERE relation = 'recalls'), $1));
