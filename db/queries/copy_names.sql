-- Every unit's id, in the order of the copy.
SELECT unit FROM certwire.copy_names() ORDER BY unit COLLATE "C"
