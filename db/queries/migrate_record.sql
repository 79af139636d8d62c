-- $1 int: version; $2 text: name; $3 text: digest of the text in hex
INSERT INTO certwire.schema_migration (version, name, digest) VALUES ($1, $2, $3)
