-- $1 id, $2 kid, $3 detached signature
SELECT state, signatures, approvals_needed FROM certwire.approve($1, $2, $3);
