-- $1 id
SELECT kid, jws, signed_by, signed_at FROM certwire.publication_signatures($1);
