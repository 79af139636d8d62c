#include "publisher/cli/keyline.h"

#include <stdio.h>
#include <string.h>

#include "common/b64.h"
#include "common/fingerprint.h"
#include "common/ident.h"
#include "common/keyfile.h"
#include "publisher/cli/output.h"

enum { LINE_MAX_BYTES = 512 };

bool keyline_format(const struct keyline *line, struct buf *out, struct err *err)
{
	return buf_printf(out, err, "%s:%s:", role_name(line->role), line->name) &&
		   b64_append(out, line->public.bytes, sizeof line->public.bytes, err);
}

static bool parse_public(
	const char *text, const char *name_end, struct keyline *ret, struct err *err)
{
	if (!b64_decode_exact(
			ret->public.bytes, sizeof ret->public.bytes, name_end + 1, strlen(name_end + 1)) ||
		!public_key_usable(&ret->public))
		return err_set(err, ERR_USAGE, "'%s' ends in no public key", ERR_QUOTED(text));
	return true;
}

static bool parse_line(const char *text, const char *role_end, struct keyline *ret, struct err *err)
{
	const char *name = role_end + 1;
	const char *name_end = strrchr(text, ':');
	size_t len = (size_t)(name_end - name);

	if (name_end == role_end || !ident_is_key_name(name, len))
		return err_set(
			err, ERR_USAGE, "'%s': a public key is written ROLE:NAME:PUBLIC", ERR_QUOTED(text));
	(void)snprintf(ret->name, sizeof ret->name, "%.*s", (int)len, name);
	return parse_public(text, name_end, ret, err);
}

static bool read_file(const char *path, struct keyline *ret, struct err *err)
{
	auto_keyfile struct keyfile file = KEYFILE_INIT;

	if (!keyfile_load(path, &file, err))
		return false;
	*ret = (struct keyline){.role = file.role, .public = file.public};
	(void)snprintf(ret->name, sizeof ret->name, "%s", file.name);
	return true;
}

bool keyline_read(const char *line_or_path, struct keyline *ret, struct err *err)
{
	const char *colon = strchr(line_or_path, ':');
	struct keyline line = {.name = ""};

	if (!colon || !role_parse(line_or_path, (size_t)(colon - line_or_path), &line.role))
		return read_file(line_or_path, ret, err);
	if (!parse_line(line_or_path, colon, &line, err))
		return false;
	*ret = line;
	return true;
}

static bool print_text(const char *kid, const char *fingerprint, const char *text)
{
	return printf("kid          %s\n"
				  "fingerprint  %s\n"
				  "public       %s\n",
			   kid, fingerprint, text) > 0;
}

bool keyline_print(const struct keyline *line, bool json, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(LINE_MAX_BYTES);
	struct fingerprint fingerprint = fingerprint_of(&line->public);
	char kid[KID_SIZE];

	if (!keyline_format(line, &text, err))
		return false;
	(void)public_key_kid(&line->public, kid);
	if (json)
		return output_json(
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "kid", kid, "fingerprint", fingerprint.text,
				"role", role_name(line->role), "name", line->name, "public", buf_str(&text)),
			err);
	return print_text(kid, fingerprint.text, buf_str(&text)) || output_failed(err);
}
