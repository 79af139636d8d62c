-- $1 fence: asks for the issue of what is scheduled for now
SELECT certwire.release_scheduled($1);
