#include "subscriber/web_form.h"

#include <sodium.h>

#include <stdlib.h>
#include <string.h>

enum { WEB_FORM_MAX = 16 * 1024, WEB_FORM_CHUNK = 1024 };

/* A value may come in pieces, of which `offset` counts. */
static enum MHD_Result take_value(void *context, enum MHD_ValueKind kind, const char *key,
	const char *filename, const char *type, const char *encoding, const char *data, uint64_t offset,
	size_t size)
{
	struct web_form *form = context;
	const struct {
		const char *name;
		char *value;
		size_t size;
	} fields[] = {
		{"token", form->token, sizeof form->token},
		{"answer", form->answer, sizeof form->answer},
		{"seats", form->seats, sizeof form->seats},
		{"note", form->note, sizeof form->note},
	};

	(void)kind;
	(void)filename;
	(void)type;
	(void)encoding;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (!key || strcmp(key, fields[i].name) != 0)
			continue;
		if (offset >= fields[i].size || size >= fields[i].size - offset ||
			(size > 0 && memchr(data, '\0', size))) {
			form->spoilt = true;
			return MHD_NO;
		}
		if (size > 0)
			memcpy(fields[i].value + offset, data, size);
		fields[i].value[offset + size] = '\0';
	}
	return MHD_YES;
}

struct web_form *web_form_new(struct MHD_Connection *connection, bool posted)
{
	struct web_form *form = calloc(1, sizeof *form);

	if (!form)
		return NULL;
	form->posted = posted;
	if (posted)
		form->reader = MHD_create_post_processor(connection, WEB_FORM_CHUNK, take_value, form);
	return form;
}

void web_form_take(struct web_form *form, const char *data, size_t len)
{
	form->received_bytes += len;
	if (form->received_bytes > WEB_FORM_MAX)
		form->spoilt = true;
	if (form->reader && !form->spoilt && MHD_post_process(form->reader, data, len) != MHD_YES)
		form->spoilt = true;
}

static bool header_is(struct MHD_Connection *connection, const char *name, const char *expected)
{
	const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

	return value && strcmp(value, expected) == 0;
}

static bool header_is_absent(struct MHD_Connection *connection, const char *name)
{
	return !MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

bool web_form_is_ours(const struct web_form *form, const struct web *web,
	struct MHD_Connection *connection, struct err *err)
{
	/* Our pages tell nobody where they are, so a browser says "null" of them (Fetch, 3.1). */
	bool origin = header_is_absent(connection, "Origin") ||
				  header_is(connection, "Origin", "null") ||
				  header_is(connection, "Origin", web->origins[0]) ||
				  header_is(connection, "Origin", web->origins[1]);
	bool site = header_is_absent(connection, "Sec-Fetch-Site") ||
				header_is(connection, "Sec-Fetch-Site", "same-origin");

	if (origin && site && strlen(form->token) == strlen(web->token) &&
		sodium_memcmp(form->token, web->token, strlen(web->token)) == 0)
		return true;
	return err_set(err, ERR_DENIED,
		"the form is not of this program's own page as it runs now: load the page again");
}

void web_form_free(struct web_form *form)
{
	if (!form)
		return;
	if (form->reader)
		(void)MHD_destroy_post_processor(form->reader);
	free(form);
}
