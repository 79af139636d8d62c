-- The key that this login is bound to.
SELECT kid, role FROM certwire.my_key();
