#include "publisher/cli/media.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *ending;
	const char *type;
} types[] = {
	{"pdf", "application/pdf"},
	{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"doc", "application/msword"},
	{"xls", "application/vnd.ms-excel"},
	{"ofd", "application/ofd"},
	{"zip", "application/zip"},
	{"txt", "text/plain"},
	{"csv", "text/csv"},
	{"html", "text/html"},
	{"ics", "text/calendar"},
	{"json", "application/json"},
	{"xml", "application/xml"},
	{"png", "image/png"},
	{"jpg", "image/jpeg"},
	{"jpeg", "image/jpeg"},
};

const char *media_type(const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot)
		for (size_t i = 0; i < ARRAY_LEN(types); i++)
			if (strcasecmp(dot + 1, types[i].ending) == 0)
				return types[i].type;
	return "application/octet-stream";
}
