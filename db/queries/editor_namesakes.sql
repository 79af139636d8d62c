-- $1 channel, $2 number, $3 id: other publications of that number, newest first, but withdrawn ones and recalls
SELECT publication, state FROM certwire.namesakes($3, $1, $2);
