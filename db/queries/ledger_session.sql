-- Who waits longer for a lock than this tries again later: meanwhile everything else goes on.
SET lock_timeout = '1s'
