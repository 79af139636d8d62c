#include "broker-plugins/check/check.h"

#include <string.h>

/* One listener: its own line and what is set until the next one. */
struct listener {
	const struct line *line;
	const struct line *max_qos;
	bool has_certificate;
	bool has_key;
	bool has_authority;
	bool requires_certificate; /* of each client */
};

static bool is_loopback(const char *address)
{
	return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0 ||
		   strcmp(address, "localhost") == 0;
}

/* "PORT ADDRESS": the address, or the path of a Unix socket; "" for every address. */
static const char *address_of(const struct line *line)
{
	const char *blank = strchr(line->value, ' ');

	if (!blank)
		return "";
	blank += strspn(blank, " ");
	return *blank == '#' ? "" : blank;
}

/* Nobody but this machine reaches it. */
static bool is_local(const struct line *line)
{
	return check_number(line->value) == 0 || is_loopback(address_of(line));
}

/* Of clients' own certificates: `is_wanted` by the entitlement plugin. */
static void check_clients(
	const struct listener *listener, bool is_wanted, struct findings *findings)
{
	const char *value = ERR_QUOTED(listener->line->value);

	if (listener->requires_certificate && !listener->has_authority)
		findings_add(findings, listener->line,
			"'listener %s' requires certificates of nobody's making: add the 'cafile' of who makes "
			"those of units",
			value);
	if (is_wanted && !listener->requires_certificate && !is_local(listener->line))
		findings_add(findings, listener->line,
			"'listener %s' asks no client for the certificate that plugin_opt_require_certificate "
			"wants: every unit would be refused; add 'cafile' and 'require_certificate true'",
			value);
}

static void check_end(const struct listener *listener, struct findings *findings)
{
	const char *value = ERR_QUOTED(listener->line->value);

	if (!is_local(listener->line) && !(listener->has_certificate && listener->has_key))
		findings_add(findings, listener->line,
			"'listener %s' is off loopback without TLS: everybody on the way reads along; give it "
			"certfile and keyfile, or 127.0.0.1",
			value);
	if (!listener->max_qos)
		findings_add(findings, listener->line,
			"'listener %s' allows QoS 2, which leaks at its limits: add 'max_qos 1' below it",
			value);
	else if (check_number(listener->max_qos->value) < 0 ||
			 check_number(listener->max_qos->value) > 1)
		findings_add(findings, listener->max_qos,
			"'max_qos %s': QoS 2 leaks at its limits; write 'max_qos 1'",
			ERR_QUOTED(listener->max_qos->value));
}

static void check_protocol(const struct line *line, struct findings *findings)
{
	if (strcmp(line->value, "mqtt") != 0)
		findings_add(findings, line,
			"'protocol %s': who is cut on such a listener stays for a while; write 'protocol mqtt'",
			ERR_QUOTED(line->value));
}

static void check_tls_version(const struct line *line, struct findings *findings)
{
	if (strcmp(line->value, "tlsv1.2") != 0 && strcmp(line->value, "tlsv1.3") != 0)
		findings_add(findings, line, "'tls_version %s' is no longer safe; write tlsv1.2 or tlsv1.3",
			ERR_QUOTED(line->value));
}

static void check_setting(
	struct listener *listener, const struct line *line, struct findings *findings)
{
	if (strcmp(line->name, "max_qos") == 0)
		listener->max_qos = line;
	else if (strcmp(line->name, "certfile") == 0)
		listener->has_certificate = *line->value != '\0';
	else if (strcmp(line->name, "keyfile") == 0)
		listener->has_key = *line->value != '\0';
	else if (strcmp(line->name, "cafile") == 0 || strcmp(line->name, "capath") == 0)
		listener->has_authority = *line->value != '\0';
	else if (strcmp(line->name, "require_certificate") == 0)
		listener->requires_certificate = check_is_true(line->value);
	else if (strcmp(line->name, "protocol") == 0)
		check_protocol(line, findings);
	else if (strcmp(line->name, "tls_version") == 0)
		check_tls_version(line, findings);
	else if (strcmp(line->name, "mount_point") == 0)
		findings_add(findings, line,
			"'mount_point': the topics of this listener would be no topics of the protocol; take "
			"it "
			"out");
	else if (strcmp(line->name, "bind_interface") == 0)
		findings_add(findings, line,
			"'bind_interface': it moves a listener off the address that it names; take it out");
}

/* Whether the entitlement plugin wants certificates: yes unless it clearly says no. */
static bool are_certificates_wanted(const struct lines *lines)
{
	bool wanted = false;

	for (size_t i = 0; i < lines->count; i++) {
		const char *value = lines->items[i].value;

		if (strcmp(lines->items[i].name, "plugin_opt_require_certificate") == 0)
			wanted = strcmp(value, "false") != 0 && strcmp(value, "no") != 0 &&
					 strcmp(value, "off") != 0;
	}
	return wanted;
}

void check_listeners(const struct lines *lines, const char *file, struct findings *findings)
{
	struct listener listener = {.line = NULL};
	bool is_wanted = are_certificates_wanted(lines);
	bool has_any = false;

	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->items[i];
		bool is_new = strcmp(line->name, "listener") == 0;

		/* What an included file sets before its first listener is of no listener at all. */
		if (listener.line && (is_new || line->file != listener.line->file)) {
			check_end(&listener, findings);
			check_clients(&listener, is_wanted, findings);
			listener = (struct listener){.line = NULL};
		}
		if (is_new)
			listener.line = line;
		has_any = has_any || is_new;
		check_setting(&listener, line, findings);
	}
	if (listener.line) {
		check_end(&listener, findings);
		check_clients(&listener, is_wanted, findings);
	}
	if (!has_any)
		findings_add_missing(findings, file,
			"there is no 'listener': the broker's own default lets in anybody on this machine; add "
			"one");
}
