-- What is asked of the content keys that a node was given, or gives.

-- wrapped_for_us --
-- The content keys of some events, wrapped for some keys: what body-keys has, and what we made ourselves.
SELECT event_id, key_id, wrapped FROM local_body_keys
 WHERE event_id = ANY(%(event_ids)s::bytea[]) AND key_id = ANY(%(key_ids)s::text[])
 UNION
SELECT event_id, key_id, wrapped FROM local_wraps
 WHERE event_id = ANY(%(event_ids)s::bytea[]) AND key_id = ANY(%(key_ids)s::text[]) AND wrapped IS NOT NULL;
