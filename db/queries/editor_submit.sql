-- $1 id
SELECT certwire.submit_publication($1);
