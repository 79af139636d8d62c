#include "publisher/cli/confirm.h"

#include <stdlib.h>

#include "common/language.h"
#include "publisher/cli/tty.h"

static const char *unit_word(int units)
{
	return units == 1 ? language_text("unit") : language_text("units");
}

static bool compare(const char *answer, int units, const char *undone, struct err *err)
{
	char *end;
	long number = strtol(answer, &end, 10);

	if (*answer < '0' || *answer > '9' || *end != '\0')
		return err_set(err, ERR_USAGE,
			"'%s' is no number of units; %s. It concerns %d %s: look again, then give that "
			"number",
			ERR_QUOTED(answer), language_text(undone), units, unit_word(units));
	if (number != units)
		return err_set(err, ERR_DENIED,
			"it concerns %d %s, not %ld; %s. Look again, then give the number that you mean", units,
			unit_word(units), number, language_text(undone));
	return true;
}

bool confirm_units(
	const struct cli_call *call, int units, const char *prompt, const char *undone, struct err *err)
{
	const char *answer = cli_value(call, "yes");
	char line[TTY_LINE_SIZE];

	if (!answer) {
		if (!tty_line(prompt, LANGUAGE_TEXT("--yes N, the number of units"), line, err))
			return false;
		if (!*line)
			return err_set(err, ERR_DENIED,
				"not confirmed; %s. Type the number of units, or give --yes %d",
				language_text(undone), units);
		answer = line;
	}
	return compare(answer, units, undone, err);
}
