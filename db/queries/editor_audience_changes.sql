-- $1 id: how the audience differs from the one approved
SELECT unit, name, receives, why FROM certwire.audience_changes($1);
