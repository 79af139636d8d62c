-- $1 id: when this editor saw it last, and which units would have received it
SELECT previous_at, previous FROM certwire.note_preview($1);
