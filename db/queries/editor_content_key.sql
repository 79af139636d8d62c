-- $1 id, $2 kid: the content key sealed to that key, or null
SELECT certwire.content_key_for($1, $2);
