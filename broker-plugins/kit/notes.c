#include "broker-plugins/kit/notes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { NOTES_SLOTS = 256, NOTE_SIZE = 900 };

struct note {
	enum log_level level;
	char text[NOTE_SIZE];
};

bool notes_init(struct notes *notes, struct err *err)
{
	return ring_init(&notes->ring, NOTES_SLOTS, err);
}

void notes_release(struct notes *notes)
{
	ring_release(&notes->ring, free);
}

void notes_add(struct notes *notes, enum log_level level, const char *fmt, ...)
{
	struct note *note = malloc(sizeof(*note));
	va_list args;

	if (!note)
		return;
	note->level = level;
	va_start(args, fmt);
	vsnprintf(note->text, sizeof(note->text), fmt, args);
	va_end(args);
	if (!ring_push(&notes->ring, note))
		free(note);
}

void notes_drain(struct notes *notes, void (*write)(enum log_level level, const char *text))
{
	struct note *note;

	while ((note = ring_pop(&notes->ring))) {
		write(note->level, note->text);
		free(note);
	}
}
