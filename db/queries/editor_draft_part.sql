-- $1 id, $2 index, $3 part
SELECT certwire.draft_part($1, $2, $3);
