-- $1 version, $2 JWS, $3 its digest, $4 issued at, $5 expires at, $6 digest of the version before or null
SELECT certwire.put_keyset($1, $2, $3, $4, $5, $6);
