-- Says what a broker's plugin tells of itself for the metrics.
-- $1 text: broker · $2 text: plugin · $3 text: its version · $4 text[]: names · $5 text[]: labels
-- $6 bigint[]: figures
SELECT certwire.put_report($1, $2, $3, $4, $5, $6)
