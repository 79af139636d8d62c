-- The next units' ids.
-- $1 text: the one after which, '' for the first ones
-- $2 int: how many at most
SELECT unit FROM certwire.copy_names_after($1, $2)
