-- Whoever reads a register or an export reads bodies of many cases: that is written down, too.
ALTER TABLE local_readings DROP CONSTRAINT local_readings_what_check;
ALTER TABLE local_readings ADD CONSTRAINT local_readings_what_check
    CHECK (what IN ('body', 'history', 'dossier', 'token', 'evidence', 'register'));
