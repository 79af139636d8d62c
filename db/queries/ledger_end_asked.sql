-- $1 bigint: fence; $2 text: unit; $3 bigint[]: numbers that lack a grant; $4 text[]: publications that lack parts
SELECT certwire.end_asked($1, $2, $3, $4)
