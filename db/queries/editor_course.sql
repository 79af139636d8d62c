-- $1 id
SELECT submitted_at, returned_at, returned_by, scheduled_at, scheduled_by, held_back, edited_from, comments
FROM certwire.publication_course($1);
