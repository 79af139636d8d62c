-- $1 id, $2 unit
SELECT certwire.send_publication($1, $2);
