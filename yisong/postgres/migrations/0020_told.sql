-- Who waits for something in this database is told, and does not have to ask again and again. What is told holds nothing:
-- it says where to look.
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(TG_ARGV[0], '');
    RETURN NULL;
END
$$;
-- The sender: something is to be published, the trail has judged something, a draft was answered.
CREATE TRIGGER local_outbox_tells AFTER INSERT ON local_outbox
    FOR EACH STATEMENT EXECUTE FUNCTION tell('yisong_sender');
CREATE TRIGGER local_batches_tells AFTER INSERT ON local_batches
    FOR EACH STATEMENT EXECUTE FUNCTION tell('yisong_sender');
CREATE TRIGGER local_drafts_sent_tells AFTER UPDATE ON local_drafts_sent
    FOR EACH ROW WHEN (NEW.answer IS DISTINCT FROM OLD.answer) EXECUTE FUNCTION tell('yisong_sender');
-- The gateway: an event of ours has got its verdict, or was put aside.
CREATE TRIGGER local_outbox_tells_verdicts AFTER UPDATE ON local_outbox
    FOR EACH ROW WHEN (NEW.state IN ('settled', 'parked') AND NEW.state <> OLD.state) EXECUTE FUNCTION tell('yisong_verdicts');
