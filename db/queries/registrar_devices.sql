-- Devices that have, or had, a certificate.
SELECT unit, unit_name, device, state, kid, certificate, not_after, certified_by, last_seen_at, revoked_at,
	revoked_reason
FROM certwire.device_overview
WHERE state <> 'requested'
ORDER BY unit, device;
