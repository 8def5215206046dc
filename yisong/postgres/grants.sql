-- What the service of a node may do in its own database, and nothing beyond. Runs after every migration.
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT ON entries TO {role};
GRANT SELECT, INSERT ON bodies TO {role};
GRANT SELECT, INSERT, UPDATE ON dockets TO {role};
GRANT SELECT, INSERT, UPDATE ON positions TO {role};
GRANT SELECT, INSERT ON local_batches TO {role};
GRANT SELECT ON cases, referrals, clocks TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON local_outbox TO {role};
GRANT SELECT, INSERT, DELETE ON local_relay TO {role};
GRANT SELECT, INSERT, UPDATE ON local_settled, local_duties, local_parked TO {role};
GRANT SELECT, INSERT ON local_emitted, local_duty_history TO {role};
GRANT SELECT, INSERT, UPDATE ON local_watched TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON local_watch TO {role};
GRANT SELECT, INSERT, UPDATE ON local_live TO {role};
GRANT SELECT, INSERT, UPDATE ON local_filings TO {role};
GRANT SELECT, INSERT ON local_papers TO {role};
GRANT SELECT, INSERT ON local_clue_series, local_clue_targets, local_protected_works TO {role};
