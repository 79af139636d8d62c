-- $1 bigint: fence; $2 text: the dispatcher's key id; $3 text[]: key ids that shall have them; $4 int:
-- most rows
SELECT publication, content_key, for_kid FROM certwire.keys_to_wrap($1, $2, $3, $4)
