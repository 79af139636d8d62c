-- $1 channel, $2 audience rule: those who receive first, then the others with the reason
SELECT unit, name, receives, reason, devices, waits FROM certwire.audience($1, $2);
