-- Units with their standing and channels: a row for each channel, one row when there is none.
-- $1 text[]: which units, null for all
-- Sorted bytewise, as the devices are: the two lists are merged.
SELECT unit, standing, channel, until FROM certwire.copy_units($1) ORDER BY unit COLLATE "C"
