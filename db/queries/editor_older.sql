-- $1 id: how many are older
SELECT certwire.older_publications($1);
