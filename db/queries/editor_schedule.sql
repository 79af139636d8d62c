-- $1 id, $2 when
SELECT certwire.schedule_publication($1, $2);
