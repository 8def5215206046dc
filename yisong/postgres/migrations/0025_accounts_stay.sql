-- The same condition, written so that it reads the same after a backup was restored: rows that are compared come back as
-- nested alternatives, and a doctor who compares texts would say that somebody has changed the trigger.
DROP TRIGGER local_accounts_stay ON local_accounts;
CREATE TRIGGER local_accounts_stay BEFORE UPDATE OF account, organ, roles ON local_accounts
    FOR EACH ROW WHEN (OLD.account IS DISTINCT FROM NEW.account OR OLD.organ IS DISTINCT FROM NEW.organ
                       OR OLD.roles IS DISTINCT FROM NEW.roles)
    EXECUTE FUNCTION refuse_other_roles();
