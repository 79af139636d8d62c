-- $1 id: offered again to who lacks it; whom to phone
SELECT unit, name, held_reason, present, offers, last_offered_at, refused_code, contact FROM certwire.remind($1);
