-- $1 from, $2 until (not included), $3 at most how many; who lack most first
SELECT unit, name, missing, cells FROM certwire.board_units($1, $2, $3);
