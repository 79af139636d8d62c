-- $1 bigint: fence; $2 text[]: units
SELECT place, channel, receives, since, reason FROM certwire.heads_channels($1, $2)
