-- $1 id of what takes back or was taken back; in order of what took it back, and of unit
SELECT unit, name, target, by, had, confirmed_at, waits_for FROM certwire.recall_confirmations($1);
