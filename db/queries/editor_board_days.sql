-- $1 from, $2 until (not included)
SELECT day, issued, stored FROM certwire.board_days($1, $2);
