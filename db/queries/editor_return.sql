-- $1 id, $2 sealed comment
SELECT certwire.return_publication($1, $2);
