-- $1 bigint: fence; $2 text: unit; $3 text: device
SELECT certificate, revoked_at IS NOT NULL, standing FROM certwire.device_of($1, $2, $3)
