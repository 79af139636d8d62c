-- $1 id, $2 kid, $3 content key sealed to that key
SELECT certwire.put_content_key($1, $2, $3);
