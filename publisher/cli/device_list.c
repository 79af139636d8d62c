#include "publisher/cli/verbs.h"

#include <stdio.h>
#include <string.h>

#include "common/device.h"
#include "common/fingerprint.h"
#include "common/json.h"
#include "common/language.h"
#include "common/refusal.h"
#include "db/registrar.h"
#include "publisher/cli/output.h"
#include "publisher/cli/session.h"
#include "publisher/cli/table.h"
#include "publisher/cli/when.h"

const struct cli_option device_list_options[] = {
	{"json", NULL, "print JSON", false},
	{0},
};

/* A request judged: the fingerprint to be compared by phone, or why it is not worth a call. */
struct judged {
	bool is_sound;
	char text[96];
};

static struct judged judge_request(const struct registrar_request *row)
{
	struct judged judged = {.is_sound = false};
	struct device_request request;
	struct err err;

	if (!device_request_verify(row->request, strlen(row->request), &request, &err)) {
		(void)snprintf(judged.text, sizeof judged.text, "REFUSED 拒绝: %s (%d)",
			refusal_text(err.code), err.code);
	} else if (strcmp(request.unit, row->unit) != 0 || strcmp(request.device, row->device) != 0) {
		(void)snprintf(judged.text, sizeof judged.text, "REFUSED 拒绝: made for %s.%s",
			request.unit, request.device);
	} else {
		judged.is_sound = true;
		(void)snprintf(judged.text, sizeof judged.text, "%s", fingerprint_of(&request.public).text);
	}
	return judged;
}

static bool write_pending(const struct pg_rows *rows, struct buf *out, struct err *err)
{
	static const char *const titles[] = {LANGUAGE_TEXT("unit"), LANGUAGE_TEXT("device"),
		LANGUAGE_TEXT("requested"), LANGUAGE_TEXT("fingerprint 指纹"), LANGUAGE_TEXT("name")};
	auto_table struct table table = TABLE_INIT(ARRAY_LEN(titles));

	if (pg_row_count(rows) == 0)
		return buf_append_str(out, language_text("no request waits for a certificate\n"), err);
	if (!table_add_titles(&table, titles, err))
		return false;
	for (int i = 0; i < pg_row_count(rows); i++) {
		struct registrar_request row = registrar_pending_at(rows, i);
		struct judged judged = judge_request(&row);
		char time[WHEN_TEXT_SIZE];
		const char *const cells[] = {
			row.unit, row.device, when_format(row.requested_at, time), judged.text, row.unit_name};

		if (!table_add_row(&table, cells, err))
			return false;
	}
	return buf_append_str(out, "waiting for a certificate 待认证\n", err) &&
		   table_write(&table, 2, out, err);
}

static bool write_devices(const struct pg_rows *rows, struct buf *out, struct err *err)
{
	static const char *const titles[] = {LANGUAGE_TEXT("unit"), LANGUAGE_TEXT("device"),
		LANGUAGE_TEXT("state"), LANGUAGE_TEXT("until"), LANGUAGE_TEXT("last seen"),
		LANGUAGE_TEXT("by"), "kid", LANGUAGE_TEXT("name")};
	auto_table struct table table = TABLE_INIT(ARRAY_LEN(titles));

	if (pg_row_count(rows) == 0)
		return true;
	if (!table_add_titles(&table, titles, err))
		return false;
	for (int i = 0; i < pg_row_count(rows); i++) {
		struct registrar_device row = registrar_devices_at(rows, i);
		const char *const cells[] = {row.unit, row.device, row.state,
			WHEN_OR_EMPTY(row.revoked_at ? row.revoked_at : row.not_after),
			WHEN_OR_EMPTY(row.last_seen_at), row.certified_by ? row.certified_by : "",
			row.kid ? row.kid : "", row.unit_name};

		if (!table_add_row(&table, cells, err))
			return false;
	}
	return buf_append_str(out, "\ncertified 已认证\n", err) && table_write(&table, 2, out, err);
}

static json_t *pending_json(const struct pg_rows *rows)
{
	auto_json json_t *list = json_array();

	for (int i = 0; i < pg_row_count(rows); i++) {
		struct registrar_request row = registrar_pending_at(rows, i);
		struct judged judged = judge_request(&row);

		if (json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o}", "unit",
											row.unit, "name", row.unit_name, "device", row.device,
											"fingerprint", judged.is_sound ? judged.text : NULL,
											"problem", judged.is_sound ? NULL : judged.text,
											"requested_at", output_time(row.requested_at, 0))) != 0)
			return NULL;
	}
	return TAKE(list);
}

static json_t *devices_json(const struct pg_rows *rows)
{
	auto_json json_t *list = json_array();

	for (int i = 0; i < pg_row_count(rows); i++) {
		struct registrar_device row = registrar_devices_at(rows, i);

		if (json_array_append_new(list,
				json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:o, s:o, s:o, s:s?}", "unit", row.unit,
					"name", row.unit_name, "device", row.device, "state", row.state, "kid", row.kid,
					"certified_by", row.certified_by, "not_after", output_time(row.not_after, 0),
					"last_seen_at", output_time(row.last_seen_at, 0), "revoked_at",
					output_time(row.revoked_at, 0), "revoked_reason", row.revoked_reason)) != 0)
			return NULL;
	}
	return TAKE(list);
}

bool verb_device_list(const struct cli_call *call, struct err *err)
{
	auto_session struct session session = SESSION_INIT;
	auto_rows struct pg_rows *pending = NULL;
	auto_rows struct pg_rows *devices = NULL;
	auto_buf struct buf text = BUF_INIT(OUTPUT_MAX);

	if (!session_init(&session, call, err) || !session_connect(&session, err))
		return false;
	if (!registrar_pending(session.pg, &pending, err) ||
		!registrar_devices(session.pg, &devices, err))
		return session_denied(&session, "a registrar", err);
	if (cli_has(call, "json"))
		return output_json(json_pack("{s:o, s:o}", "pending", pending_json(pending), "devices",
							   devices_json(devices)),
			err);
	return write_pending(pending, &text, err) && write_devices(devices, &text, err) &&
		   output_text(&text, err);
}
