-- Where tracing is on: the context in which an event was decided, which its record carries on. Ids alone, of no event.
ALTER TABLE local_outbox ADD COLUMN trace text;
