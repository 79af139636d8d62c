-- This login, its roles, the key bound to it, and the database's clock.
SELECT login, roles, kid, key_role, at FROM certwire.who_am_i();
