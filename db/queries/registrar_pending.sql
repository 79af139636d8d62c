-- Requests that wait for a registrar, oldest first.
SELECT unit, unit_name, device, request, requested_at FROM certwire.pending_devices();
