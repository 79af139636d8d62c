-- All keysets, oldest first.
SELECT version, jws FROM certwire.current_keysets();
