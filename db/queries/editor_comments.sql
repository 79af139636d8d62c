-- $1 id; oldest first
SELECT written_by, written_at, sealed FROM certwire.publication_comments($1);
