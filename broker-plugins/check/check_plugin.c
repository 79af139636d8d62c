#include "broker-plugins/check/check.h"
#include "broker-plugins/entitlement/options.h"
#include "broker-plugins/receipts/options.h"
#include "common/conf.h"
#include "common/language.h"

#include <stdio.h>
#include <string.h>

#define OPTION_PREFIX "plugin_opt_"

enum { ENTITLEMENT, RECEIPTS, PLUGINS };

static const char *const libraries[PLUGINS] = {"certwire_entitlement.so", "certwire_receipts.so"};

/* The two plugins with their settings as they themselves will read them. */
struct plugins {
	const struct line *lines[PLUGINS]; /* where each is loaded; NULL: not at all */
	struct entitlement_options entitlement;
	struct receipts_options receipts;
	struct conf confs[PLUGINS];
	bool is_wrong[PLUGINS]; /* a setting of it was found wrong already */
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Which of ours it is, PLUGINS when it is none. */
static int plugin_of(const struct line *line)
{
	int which = 0;

	while (which < PLUGINS && strcmp(base_name(line->value), libraries[which]) != 0)
		which++;
	return which;
}

static int take_plugin(struct plugins *plugins, const struct line *line, struct findings *findings)
{
	int which = plugin_of(line);

	if (which == PLUGINS)
		findings_add(findings, line,
			"plugin '%s' is none of Certwire's: it could say yes before ours is asked; take it out",
			ERR_QUOTED(line->value));
	else if (plugins->lines[which])
		findings_add(findings, line, "%s is loaded twice; take one out", libraries[which]);
	else
		plugins->lines[which] = line;
	return which;
}

static void take_option(
	struct plugins *plugins, int which, const struct line *line, struct findings *findings)
{
	const char *name = line->name + strlen(OPTION_PREFIX);
	struct err err;

	if (which == PLUGINS)
		return;
	if (conf_set(&plugins->confs[which], name, line->value, line->name, &err))
		return;
	plugins->is_wrong[which] = true;
	findings_add(findings, line, "%s: %s", libraries[which], err.text);
}

static void finish(struct plugins *plugins, int which, struct findings *findings)
{
	struct conf *conf = &plugins->confs[which];
	struct err err;
	bool ok = which == ENTITLEMENT ? entitlement_options_finish(conf, &plugins->entitlement, &err)
								   : receipts_options_finish(conf, &plugins->receipts, &err);

	if (!ok && !plugins->is_wrong[which])
		findings_add(findings, plugins->lines[which], "%s: %s", libraries[which], err.text);
	plugins->is_wrong[which] = plugins->is_wrong[which] || !ok;
}

/* What the two must have in common. */
static void compare(const struct plugins *plugins, struct findings *findings)
{
	if (!fingerprint_equal(&plugins->entitlement.root, &plugins->receipts.root))
		findings_add(findings, plugins->lines[RECEIPTS],
			"the plugins name different root fingerprints; write the same for both");
	if (strcmp(plugins->entitlement.broker_names.items[0],
			plugins->receipts.broker_names.items[0]) != 0)
		findings_add(findings, plugins->lines[RECEIPTS],
			"the plugins name different brokers; write the same broker_name for both");
}

static void check_both(struct plugins *plugins, const char *file, struct findings *findings)
{
	for (int which = 0; which < PLUGINS; which++) {
		if (plugins->lines[which])
			finish(plugins, which, findings);
		else
			findings_add_missing(findings, file, "%s is not loaded: %s; add 'plugin .../%s'",
				libraries[which],
				which == ENTITLEMENT ? language_text("nobody would be asked for any right")
									 : language_text("receipts would be thrown away"),
				libraries[which]);
	}
	if (!plugins->lines[ENTITLEMENT] || !plugins->lines[RECEIPTS])
		return;
	if (plugins->lines[RECEIPTS] < plugins->lines[ENTITLEMENT])
		findings_add(findings, plugins->lines[RECEIPTS],
			"%s is loaded before %s: rights come first; put it below", libraries[RECEIPTS],
			libraries[ENTITLEMENT]);
	if (!plugins->is_wrong[ENTITLEMENT] && !plugins->is_wrong[RECEIPTS])
		compare(plugins, findings);
}

void check_plugins(const struct lines *lines, const char *file, struct findings *findings)
{
	struct plugins plugins = {.lines = {NULL}};
	int which = PLUGINS;

	conf_init(&plugins.confs[ENTITLEMENT], entitlement_keys, &plugins.entitlement);
	conf_init(&plugins.confs[RECEIPTS], receipts_keys, &plugins.receipts);
	for (size_t i = 0; i < lines->count; i++) {
		const struct line *line = &lines->items[i];

		if (strcmp(line->name, "plugin") == 0 || strcmp(line->name, "auth_plugin") == 0)
			which = take_plugin(&plugins, line, findings);
		else if (strncmp(line->name, OPTION_PREFIX, strlen(OPTION_PREFIX)) == 0)
			take_option(&plugins, which, line, findings);
	}
	check_both(&plugins, file, findings);
	conf_release(&plugins.confs[ENTITLEMENT]);
	conf_release(&plugins.confs[RECEIPTS]);
}
