-- $1 int: only versions after this one
SELECT version, jws FROM certwire.current_keysets($1) ORDER BY version
