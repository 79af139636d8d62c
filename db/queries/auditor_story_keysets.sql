-- Every keyset, oldest first: raw columns.
SELECT k.version, k.jws FROM certwire.keyset k ORDER BY k.version
