-- $1 text: reason
SELECT epoch, entries, units, certwire.time_text(newest_act) FROM certwire.begin_epoch($1)
