-- $1 bigint: fence; $2 text: unit
SELECT channel, receives, since, reason FROM certwire.head_channels($1, $2)
