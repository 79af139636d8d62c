-- $1 publication: what it recalls or supersedes, as the database has it
SELECT relation, target FROM certwire.publication_references($1);
