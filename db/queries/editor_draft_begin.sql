-- $1 id, $2 kind, $3 channel, $4 number, $5 manifest digest, $6 body digest, $7 stream header, $8 parts,
-- $9 audience rule, $10 its digest, $11 not before or null, $12 expires at or null, $13 keyset version,
-- $14 approvals needed
SELECT certwire.draft_begin($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);
