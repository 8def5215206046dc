-- The filing register 备案库 of the telecoms line, from which its desk answers look-ups. Empty on every other node.
-- Local: it is this line's own, and no verdict reads it. A filing holds from its first day until before its last.
CREATE TABLE local_filings (
    authority       text NOT NULL,  -- the organ of the filing province
    kind            text NOT NULL CHECK (kind IN ('domain', 'app')),
    value           text NOT NULL,  -- a domain as A-label, or the bundle id of an app
    icp_no          text,
    licence_no      text,
    sponsor_kind    text NOT NULL,
    sponsor_name    text,           -- of an organisation; of a person its token
    sponsor_uscc    text,
    contact_ref     text,           -- where the contact is kept, never the contact itself
    access_provider text,
    access_region   text,
    valid_from      date NOT NULL,
    valid_to        date CHECK (valid_to > valid_from),
    PRIMARY KEY (kind, value, valid_from)
);
