-- $1 from, $2 until (not included)
SELECT id, kind, channel, number, issued_at, deliveries, owed, stored, opened, refused, expired, recalled, median_s, p95_s
FROM certwire.board_publications($1, $2);
