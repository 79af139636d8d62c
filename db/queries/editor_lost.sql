-- $1 how its id begins: publications that units hold and the restored database does not know
SELECT publication, units FROM certwire.lost_to_restore($1);
