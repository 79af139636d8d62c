-- $1 text: channel; $2 timestamptz: when the publication is meant to be out
SELECT $2 + expires_after FROM certwire.policies() WHERE channel = $1
