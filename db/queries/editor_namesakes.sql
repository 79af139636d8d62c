-- $1 channel, $2 number, $3 id: other publications of that number, newest first, but withdrawn ones and recalls
SELECT id, state
FROM certwire.publications('', 10000)
WHERE channel = $1 AND number = $2 AND id <> $3 AND state <> 'withdrawn' AND kind <> 'recall';
