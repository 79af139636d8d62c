-- $1 id of the draft, $2 id of what it recalls or supersedes
SELECT certwire.draft_reference($1, $2);
