-- $1 id: sealed replies that may answer it, in order of commit
SELECT receipt, unit, name, device, number, raw, received_at, certificate FROM certwire.replies_since($1);
