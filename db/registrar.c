#include "db/registrar.h"

#include "db/embedded.h"

bool registrar_keysets(struct pg *pg, struct pg_rows **ret, struct err *err)
{
	return pg_exec(pg, sql_registrar_keysets, NULL, ret, err);
}

bool registrar_put_keyset(struct pg *pg, const struct registrar_keyset *keyset, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_int(&params, keyset->version);
	pg_param_text(&params, keyset->jws);
	pg_param_bytes(&params, keyset->digest.bytes, DIGEST_BYTES);
	pg_param_time(&params, keyset->issued_at);
	pg_param_time(&params, keyset->expires_at);
	if (keyset->previous)
		pg_param_bytes(&params, keyset->previous->bytes, DIGEST_BYTES);
	else
		pg_param_null(&params);
	return pg_exec(pg, sql_registrar_put_keyset, &params, NULL, err);
}

bool registrar_pending(struct pg *pg, struct pg_rows **ret, struct err *err)
{
	return pg_exec(pg, sql_registrar_pending, NULL, ret, err);
}

struct registrar_request registrar_pending_at(const struct pg_rows *rows, int row)
{
	return (struct registrar_request){.unit = pg_text(rows, row, 0),
		.unit_name = pg_text(rows, row, 1),
		.device = pg_text(rows, row, 2),
		.request = pg_text(rows, row, 3),
		.requested_at = pg_time(rows, row, 4)};
}

bool registrar_devices(struct pg *pg, struct pg_rows **ret, struct err *err)
{
	return pg_exec(pg, sql_registrar_devices, NULL, ret, err);
}

struct registrar_device registrar_devices_at(const struct pg_rows *rows, int row)
{
	return (struct registrar_device){.unit = pg_text(rows, row, 0),
		.unit_name = pg_text(rows, row, 1),
		.device = pg_text(rows, row, 2),
		.state = pg_text(rows, row, 3),
		.kid = pg_text(rows, row, 4),
		.certificate = pg_text(rows, row, 5),
		.not_after = pg_time(rows, row, 6),
		.certified_by = pg_text(rows, row, 7),
		.last_seen_at = pg_time(rows, row, 8),
		.revoked_at = pg_time(rows, row, 9),
		.revoked_reason = pg_text(rows, row, 10)};
}

bool registrar_certify(struct pg *pg, const struct device_certificate *certificate, const char *kid,
	const char *jws, struct err *err)
{
	struct pg_params params = PG_PARAMS_INIT;

	pg_param_text(&params, certificate->unit);
	pg_param_text(&params, certificate->device);
	pg_param_text(&params, kid);
	pg_param_text(&params, jws);
	pg_param_time(&params, certificate->not_before);
	pg_param_time(&params, certificate->not_after);
	return pg_exec(pg, sql_registrar_certify, &params, NULL, err);
}
