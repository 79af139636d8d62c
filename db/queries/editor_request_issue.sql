-- $1 id
SELECT certwire.request_issue($1);
