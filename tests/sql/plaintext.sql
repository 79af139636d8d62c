-- What docs/database.md says of plaintext columns is the schema as it is: every column is named, and none that is not there.
\ir world.sql
SELECT no_plan();
\set page `sed -n '/^## Plaintext columns/,/^## [^P]/p' :'here'/../../docs/database.md`

-- First cells of the tables, word by word; a word without a table belongs to the table before it.
CREATE TEMP TABLE named AS
	WITH line AS (
		SELECT row_number() OVER () AS line, split_part(l, '|', 2) AS cell FROM regexp_split_to_table(:'page', '\n') l WHERE l LIKE '| `%'
	), word AS (
		SELECT line, at, m[1] AS word FROM line, regexp_matches(cell, '`([a-z0-9_.*]+)`', 'g') WITH ORDINALITY x (m, at)
	), known AS (
		SELECT line, at, word, max(at) FILTER (WHERE word LIKE '%.%') OVER (PARTITION BY line ORDER BY at) AS table_at FROM word
	)
	SELECT split_part(t.word, '.', 1) AS tab, CASE WHEN k.word LIKE '%.%' THEN split_part(k.word, '.', 2) ELSE k.word END AS col
		FROM known k JOIN word t ON t.line = k.line AND t.at = k.table_at;
CREATE TEMP TABLE there AS
	SELECT c.relname::text AS tab, a.attname::text AS col FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'certwire'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped;

SELECT cmp_ok((SELECT count(*) FROM named), '>', 100::bigint, 'the page was read');
SELECT is_empty($$SELECT tab, col FROM there t WHERE NOT EXISTS (SELECT FROM named n WHERE n.tab = t.tab AND n.col IN (t.col, '*'))$$,
	'each column of each table is named in docs/database.md, "Plaintext columns"');
-- "number of `publication_part` rows" names a table.
SELECT is_empty($$SELECT tab, col FROM named n WHERE col <> '*' AND NOT EXISTS (SELECT FROM there t WHERE (t.tab, t.col) = (n.tab, n.col) OR t.tab = n.col)
	UNION ALL SELECT tab, col FROM named n WHERE NOT EXISTS (SELECT FROM there t WHERE t.tab = n.tab)$$,
	'no column is named there that is not in the schema');

-- No column of a secret: what is named like one holds ciphertext or what is public.
SELECT is_empty($$SELECT tab, col FROM there WHERE col ~ '(secret|password|private|token|passphrase|seed|salt|title|content)'$$,
	'no column is named like a title, content, key or password');
SELECT * FROM finish(true);
