-- $1 from, $2 until (not included)
SELECT units, median_s, p95_s FROM certwire.board_totals($1, $2);
