-- $1 bigint: fence; $2 text: unit; $3 text[]: publications
SELECT publication, epoch, number, manifest_digest FROM certwire.delivery_of($1, $2, $3)
