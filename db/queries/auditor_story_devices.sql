-- $1 text: publication; the devices that it was sealed to or that signed for it, and how many of the receipts
-- that the device's watermark counts are there. In order of unit and device.
SELECT n.unit, n.device, v.kid, v.certificate, v.revoked_at, v.settled, g.kid, g.sealed_at,
	(SELECT count(DISTINCT r.number) FROM certwire.receipt r
		WHERE r.unit = n.unit AND r.device = n.device AND r.number <= v.settled AND r.authentic)
FROM (SELECT unit, device FROM certwire.delivery_grant WHERE publication = $1
	UNION SELECT unit, device FROM certwire.receipt_item WHERE publication = $1) n
LEFT JOIN certwire.device v ON v.unit = n.unit AND v.device = n.device
LEFT JOIN certwire.delivery_grant g ON g.publication = $1 AND g.unit = n.unit AND g.device = n.device
ORDER BY n.unit COLLATE "C", n.device COLLATE "C"
