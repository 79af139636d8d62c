-- Devices that were ever certified, revoked ones too.
-- $1 text[]: of which units, null for all
SELECT unit, device, certificate, revoked, tls_fingerprint, tls_subject FROM certwire.copy_devices($1)
ORDER BY unit COLLATE "C", device COLLATE "C"
