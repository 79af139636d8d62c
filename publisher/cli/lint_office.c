#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <archive.h>
#include <archive_entry.h>

#include "common/cleanup.h"
#include "publisher/cli/lint.h"

enum { CORE_MAX = 64 * 1024, ENTRIES_MAX = 10000, PERSON_MAX = 128 };

/* Where `<tag>` or `<tag ...>` stands; NULL when nowhere. */
static const char *find_tag(const char *xml, size_t len, const char *tag)
{
	char open[64];
	int size = snprintf(open, sizeof open, "<%s", tag);
	const char *at = xml;

	while ((at = memmem(at, len - (size_t)(at - xml), open, (size_t)size))) {
		if (at + size < xml + len && strchr(" >\t\r\n", at[size]))
			return at;
		at += size;
	}
	return NULL;
}

/* The first text inside the element, elements inside it passed over. */
void lint_xml_person(
	const char *xml, size_t len, const char *tag, const char *where, struct lint *lint)
{
	const char *at = find_tag(xml, len, tag);
	const char *end = xml + len;

	while (at && (at = memchr(at, '>', (size_t)(end - at)))) {
		at++;
		while (at < end && strchr(" \t\r\n", *at))
			at++;
		if (at == end || (*at == '<' && at + 1 < end && at[1] == '/'))
			return;
		if (*at == '<')
			continue;
		const char *stop = memchr(at, '<', (size_t)(end - at));
		size_t size = stop ? (size_t)(stop - at) : 0;

		if (size > 0)
			lint_warn(lint, "person", "元数据含人名 metadata names a person (%s): %.*s", where,
				(int)(size < PERSON_MAX ? size : PERSON_MAX), at);
		return;
	}
}

static void look_core(struct archive *archive, struct lint *lint)
{
	auto_free char *xml = malloc(CORE_MAX);
	la_ssize_t len = xml ? archive_read_data(archive, xml, CORE_MAX) : 0;

	if (len <= 0)
		return;
	lint_xml_person(xml, (size_t)len, "dc:creator", "core.xml dc:creator", lint);
	lint_xml_person(xml, (size_t)len, "cp:lastModifiedBy", "core.xml lastModifiedBy", lint);
}

static bool ends_with(const char *name, const char *ending)
{
	size_t len = strlen(name);
	size_t size = strlen(ending);

	return len >= size && strcasecmp(name + len - size, ending) == 0;
}

static void look_entry(struct archive *archive, const char *name, struct lint *lint)
{
	if (ends_with(name, "vbaProject.bin"))
		lint_warn(lint, "macros", "含宏 contains macros: %s", name);
	else if (lint_is_program(name))
		lint_warn(lint, "executable", "内含可执行文件 contains a program: %s", name);
	else if (strcmp(name, "docProps/core.xml") == 0)
		look_core(archive, lint);
}

void lint_archive(const void *data, size_t len, struct lint *lint)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int result = ARCHIVE_FATAL;

	if (archive && archive_read_support_format_zip(archive) == ARCHIVE_OK &&
		archive_read_open_memory(archive, data, len) == ARCHIVE_OK)
		for (int i = 0; i < ENTRIES_MAX; i++) {
			result = archive_read_next_header(archive, &entry);
			if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
				break;
			const char *name = archive_entry_pathname_utf8(entry);

			look_entry(archive, name ? name : "?", lint);
		}
	if (result == ARCHIVE_FATAL || result == ARCHIVE_FAILED)
		lint_warn(
			lint, "unreadable", "压缩包无法读取 the archive cannot be read: it may be damaged");
	if (archive)
		(void)archive_read_free(archive);
}

/* Names in the folder of an OLE file are UTF-16, little endian; the project of macros has one. */
void lint_ole(const void *data, size_t len, struct lint *lint)
{
	static const char project[] = "_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T";

	if (memmem(data, len, project, sizeof project - 1))
		lint_warn(lint, "macros", "含宏 contains macros (VBA)");
}
