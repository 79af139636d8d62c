-- $1 id, $2 reason
SELECT certwire.withdraw_publication($1, $2);
