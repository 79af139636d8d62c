-- The keysets that somebody lacks who has them up to a version, oldest first.
-- $1 int: that version, 0 for none
SELECT jws FROM certwire.current_keysets($1) ORDER BY version
