-- What the service of a node may do in its own database, and nothing beyond. Runs after every migration.
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT ON entries TO {role};
GRANT SELECT, INSERT ON bodies TO {role};
GRANT SELECT, INSERT, UPDATE ON dockets TO {role};
GRANT SELECT, INSERT, UPDATE ON positions TO {role};
GRANT SELECT, INSERT ON local_batches TO {role};
GRANT SELECT ON cases, referrals, clocks TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON local_outbox TO {role};
