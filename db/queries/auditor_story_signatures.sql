-- $1 text: publication; the editors' signatures
SELECT s.kid, s.jws, s.signed_by FROM certwire.signature s
WHERE s.publication = $1
ORDER BY s.signed_at, s.kid COLLATE "C"
