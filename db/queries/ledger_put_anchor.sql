-- $1 bigint: fence; $2 bigint: sequence; $3 bytea: digest; $4 text: head (JWS)
SELECT certwire.put_anchor($1, $2, $3, $4)
