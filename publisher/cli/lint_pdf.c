#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qpdf/qpdf-c.h>
#include <qpdf/qpdflogger-c.h>

#include "publisher/cli/lint.h"

enum { PAGES_MAX = 2000, DEPTH_MAX = 4 };

/* A page or form can show text only with a font among its resources. */
static bool has_font(qpdf_data pdf, qpdf_oh resources, int depth)
{
	qpdf_oh fonts = qpdf_oh_get_key_if_dict(pdf, resources, "/Font");

	if (qpdf_oh_is_dictionary(pdf, fonts)) {
		qpdf_oh_begin_dict_key_iter(pdf, fonts);
		if (qpdf_oh_dict_more_keys(pdf))
			return true;
	}
	qpdf_oh forms = qpdf_oh_get_key_if_dict(pdf, resources, "/XObject");

	if (depth == DEPTH_MAX || !qpdf_oh_is_dictionary(pdf, forms))
		return false;
	bool found = false;
	char names[64][64];
	size_t count = 0;

	/* The iterator is one for the whole document: names are taken before anything else is asked. */
	qpdf_oh_begin_dict_key_iter(pdf, forms);
	while (qpdf_oh_dict_more_keys(pdf) && count < ARRAY_LEN(names))
		(void)snprintf(names[count++], sizeof names[0], "%s", qpdf_oh_dict_next_key(pdf));
	for (size_t i = 0; i < count && !found; i++) {
		qpdf_oh form = qpdf_oh_get_key(pdf, forms, names[i]);

		if (qpdf_oh_is_stream(pdf, form))
			found = has_font(pdf,
				qpdf_oh_get_key_if_dict(pdf, qpdf_oh_get_dict(pdf, form), "/Resources"), depth + 1);
	}
	return found;
}

/* Resources are inherited from the nodes above a page. */
static qpdf_oh resources_of(qpdf_data pdf, qpdf_oh page)
{
	for (int i = 0; i < 32 && qpdf_oh_is_dictionary(pdf, page); i++) {
		qpdf_oh resources = qpdf_oh_get_key(pdf, page, "/Resources");

		if (qpdf_oh_is_dictionary(pdf, resources))
			return resources;
		page = qpdf_oh_get_key(pdf, page, "/Parent");
	}
	return qpdf_oh_new_null(pdf);
}

static void look_text(qpdf_data pdf, struct lint *lint)
{
	int pages = qpdf_get_num_pages(pdf);

	for (int i = 0; i < pages && i < PAGES_MAX; i++)
		if (has_font(pdf, resources_of(pdf, qpdf_get_page_n(pdf, (size_t)i)), 0))
			return;
	if (pages > 0)
		lint_warn(lint, "no-text",
			"PDF 没有文字，可能是扫描件 no text in it, a scan perhaps: nobody can search or copy "
			"it");
}

static void look_scripts(qpdf_data pdf, struct lint *lint)
{
	qpdf_oh root = qpdf_get_root(pdf);
	qpdf_oh names = qpdf_oh_get_key_if_dict(pdf, root, "/Names");
	qpdf_oh open = qpdf_oh_get_key_if_dict(pdf, root, "/OpenAction");

	if (qpdf_oh_is_dictionary(pdf, qpdf_oh_get_key_if_dict(pdf, names, "/JavaScript")) ||
		!qpdf_oh_is_null(pdf, qpdf_oh_get_key_if_dict(pdf, open, "/JS")))
		lint_warn(lint, "executable", "PDF 含脚本 contains JavaScript");
	if (qpdf_oh_is_dictionary(pdf, qpdf_oh_get_key_if_dict(pdf, names, "/EmbeddedFiles")))
		lint_warn(lint, "executable", "PDF 内嵌文件 has files embedded in it");
}

static void look_metadata(qpdf_data pdf, struct lint *lint)
{
	qpdf_oh metadata = qpdf_oh_get_key_if_dict(pdf, qpdf_get_root(pdf), "/Metadata");
	const char *author = qpdf_get_info_key(pdf, "/Author");
	unsigned char *xml = NULL;
	size_t len = 0;

	if (author && *author)
		lint_warn(lint, "person", "元数据含人名 metadata names a person (Author): %s", author);
	if (!qpdf_oh_is_stream(pdf, metadata) ||
		qpdf_oh_get_stream_data(pdf, metadata, qpdf_dl_all, NULL, &xml, &len) & QPDF_ERRORS)
		return;
	if (xml && len > 0)
		lint_xml_person((const char *)xml, len, "dc:creator", "XMP dc:creator", lint);
	free(xml);
}

void lint_pdf(const void *data, size_t len, struct lint *lint)
{
	qpdf_data pdf = qpdf_init();
	qpdflogger_handle logger = qpdflogger_create();

	qpdflogger_set_warn(logger, qpdf_log_dest_discard, NULL, NULL);
	qpdflogger_set_error(logger, qpdf_log_dest_discard, NULL, NULL);
	qpdf_set_logger(pdf, logger);
	qpdf_silence_errors(pdf);
	qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
	if (qpdf_read_memory(pdf, "pdf", data, len, NULL) & QPDF_ERRORS) {
		lint_warn(lint, "unreadable", "PDF 无法读取 the PDF cannot be read: damaged, or encrypted");
	} else {
		look_text(pdf, lint);
		look_scripts(pdf, lint);
		look_metadata(pdf, lint);
	}
	/* Taken, or the library prints it. */
	if (qpdf_has_error(pdf))
		(void)qpdf_get_error(pdf);
	qpdf_cleanup(&pdf);
	qpdflogger_cleanup(&logger);
}
