-- $1 bigint: fence; $2 bigint: receipt; $3 text: publication; $4 bytea: manifest digest; $5 text: state;
-- $6 bigint: code (0: none); $7 timestamptz: when it was reached
SELECT certwire.park_items($1, $2, ARRAY[$3::text], ARRAY[$4::bytea], ARRAY[$5::text], ARRAY[$6::bigint], ARRAY[$7::timestamptz])
