#include "common/filename.h"

#include <stdint.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#include "common/language.h"
#include "common/limits.h"
#include "common/refusal.h"
#include "common/utf8.h"

/* Path separators, and what Windows takes for something else. */
static const char forbidden[] = "/\\<>:\"|?*";

static bool refuse(const char *name, size_t len, const char *why, struct err *err)
{
	return err_code(
		err, REFUSAL_FILE_NAME, "file name '%s' %s", ERR_QUOTED_LEN(name, len), language_text(why));
}

/* A forbidden character, or one of category Cc or Cf: unseen, or changing how others are seen. */
static bool has_bad_character(const char *name, size_t len)
{
	const uint8_t *at = (const uint8_t *)name;

	while (len > 0) {
		ucs4_t c;
		int used = u8_mbtouc(&c, at, len);

		if (c < 0x80 && c > 0 && strchr(forbidden, (int)c))
			return true;
		if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf))
			return true;
		at += used;
		len -= (size_t)used;
	}
	return false;
}

bool filename_check(const char *name, size_t len, struct err *err)
{
	bool nfc;

	if (len < 1 || len > LIMIT_FILE_NAME)
		return refuse(name, len, "has not 1 to 200 bytes", err);
	if (!utf8_valid(name, len))
		return refuse(name, len, "is not UTF-8", err);
	if (!utf8_is_nfc(name, len, &nfc, err))
		return false;
	if (!nfc)
		return refuse(name, len, "is not in Unicode's form NFC", err);
	if (has_bad_character(name, len))
		return refuse(name, len, "holds a character that no file name may hold", err);
	if (strchr(".- ", name[0]))
		return refuse(name, len, "starts with a dot, hyphen or space", err);
	if (strchr(". ", name[len - 1]))
		return refuse(name, len, "ends with a dot or space", err);
	return true;
}

bool filename_fold(const char *name, size_t len, char **ret, struct err *err)
{
	size_t folded_len = 0;
	uint8_t *folded = u8_casefold((const uint8_t *)name, len, NULL, UNINORM_NFC, NULL, &folded_len);
	char *text = folded ? realloc(folded, folded_len + 1) : NULL;

	if (!text) {
		free(folded);
		return err_set(err, ERR_SYSTEM, "out of memory for a file name");
	}
	text[folded_len] = '\0';
	*ret = text;
	return true;
}
