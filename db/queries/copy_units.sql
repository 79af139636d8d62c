-- Units with their standing and channels.
-- $1 text[]: which units, null for all
SELECT unit, standing, channel, until FROM certwire.copy_units($1) ORDER BY unit
