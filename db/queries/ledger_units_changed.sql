-- $1 bigint: fence; $2 bigint: only changes after this version; -1: the version alone
SELECT version, unit FROM certwire.units_changed($1, $2)
