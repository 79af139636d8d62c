-- $1 bigint: fence; $2 text: the dispatcher's key id; $3 int: most rows; $4 text[]: client ids of
-- devices that are left out
SELECT publication, unit, content_key, device, certificate
FROM certwire.deliveries_to_seal($1, $2, $3, $4)
