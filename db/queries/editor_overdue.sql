-- $1 from, $2 until (not included), $3 after how many seconds, $4 at most how many, $5 one publication or null
SELECT unit, name, publication, channel, number, issued_at, present, held_reason, refused_code, contact, phone
FROM certwire.overdue($1, $2, $3 * interval '1 second', $4, $5);
