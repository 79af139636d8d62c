-- $1 fence: how many changes were added to the counts
SELECT certwire.fold_counts($1);
