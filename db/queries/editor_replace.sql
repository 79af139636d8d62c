-- $1 id of the new draft, $2 id of the one whose place it takes
SELECT certwire.replace_draft($1, $2);
