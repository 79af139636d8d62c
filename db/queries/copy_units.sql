-- Units with their standing and rights: a row for each interval of a right, one row when there is none.
-- $1 text[]: which units, null for all
-- Sorted bytewise by unit, as the devices are: the two lists are merged.
SELECT unit, standing, standing_until, channel, since, until FROM certwire.copy_units($1)
ORDER BY unit COLLATE "C", since NULLS FIRST, channel COLLATE "C"
