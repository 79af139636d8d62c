-- $1 unit, $2 device, $3 kid, $4 certificate (JWS), $5 not before, $6 not after
SELECT certwire.certify_device($1, $2, $3, $4, $5, $6);
