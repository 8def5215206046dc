-- What the statistics have made of the trail. Local: each line may read other bodies; no verdict reads it. Rows follow from the
-- entries and bodies of their docket, and are made again with it whenever something is added to it.

-- How far the entries have been counted.
CREATE TABLE local_figures_read (
    "partition" integer PRIMARY KEY,
    next_offset bigint NOT NULL CHECK (next_offset >= 0)
);

-- What the event at (partition, offset) adds to a column, as the log says it from the record since to before until. value null:
-- why. organ: for whose region it counts; access: of sites, who gives access. at in ms since 1970 (UTC).
CREATE TABLE local_figures (
    "partition" integer NOT NULL,
    "offset"    bigint  NOT NULL,
    docket      text    NOT NULL,
    since       bigint  NOT NULL,
    until       bigint  CHECK (until > since),
    stat        text    NOT NULL,
    detail      text,
    about       text,
    value       bigint,
    why         text,
    organ       text    NOT NULL,
    access      text,
    at          bigint  NOT NULL,
    campaign    text,
    platform    text,
    CHECK ((value IS NULL) = (why IS NOT NULL) OR stat = 'cluster_links')
);
CREATE INDEX local_figures_at ON local_figures (at);
CREATE INDEX local_figures_docket ON local_figures (docket);

-- Bodies that this line is to read and has no key for yet: their dockets are counted again once it has.
CREATE TABLE local_figures_sealed (
    docket   text  NOT NULL,
    event_id bytea NOT NULL CHECK (octet_length(event_id) = 16),
    PRIMARY KEY (docket, event_id)
);

-- Of what kind a docket is, from the record since to before until. Null: not readable here.
CREATE TABLE local_figure_kinds (
    "partition"   integer NOT NULL,
    docket        text    NOT NULL,
    since         bigint  NOT NULL,
    until         bigint  CHECK (until > since),
    source        text,
    clue_works    text[],
    clue_platform text,
    case_works    text[],
    case_platform text,
    PRIMARY KEY (docket, since)
);

-- Figures that organs have filed, one row each; one without a figure where a report has none, or can't be read here.
CREATE TABLE local_filed_figures (
    "partition"    integer NOT NULL,
    "offset"       bigint  NOT NULL,
    docket         text    NOT NULL,
    since          bigint  NOT NULL,
    until          bigint  CHECK (until > since),
    organ          text    NOT NULL,
    variant        text    NOT NULL,
    campaign       text,
    at             bigint  NOT NULL,
    period         text,
    template       text,
    report_version integer,
    stat           text,
    unit           text,
    kind           text,
    key            text,
    value          bigint
);
CREATE INDEX local_filed_figures_docket ON local_filed_figures (docket);

-- Statistics that were frozen: canonical JSON (RFC 8785), byte for byte, with the vector and the rulebook version in it.
CREATE TABLE local_statistics (
    scope     text    NOT NULL,
    version   integer NOT NULL CHECK (version > 0),
    document  bytea   NOT NULL,
    frozen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, version)
);
CREATE TRIGGER local_statistics_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON local_statistics
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite();
