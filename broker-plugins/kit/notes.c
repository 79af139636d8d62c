#include "broker-plugins/kit/notes.h"

#include <stdarg.h>
#include <stdio.h>

enum { NOTES_SLOTS = 256, NOTE_SIZE = 900 };

struct note {
	enum log_level level;
	char text[NOTE_SIZE];
};

bool notes_init(struct notes *notes, struct err *err)
{
	return ring_init(&notes->ring, NOTES_SLOTS, sizeof(struct note), err);
}

void notes_release(struct notes *notes)
{
	ring_release(&notes->ring);
}

void notes_add(struct notes *notes, enum log_level level, const char *fmt, ...)
{
	struct note note = {.level = level};
	va_list args;

	va_start(args, fmt);
	vsnprintf(note.text, sizeof(note.text), fmt, args);
	va_end(args);
	/* One that finds no room is dropped, as the header says. */
	(void)!ring_push(&notes->ring, &note);
}

void notes_drain(struct notes *notes, void (*write)(enum log_level level, const char *text))
{
	struct note note;

	while (ring_pop(&notes->ring, &note))
		write(note.level, note.text);
}
