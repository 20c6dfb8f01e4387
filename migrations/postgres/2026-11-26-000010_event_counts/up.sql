-- How many rows of the report there are of each kind, by day, by hour and, where an hour has many, by minute: a chart over
-- millions of rows reads these. span_ms: the length of the slice. error_code: empty where there is none.
CREATE TABLE event_count (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    span_ms BIGINT NOT NULL,
    begins_at BIGINT NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    error_code TEXT COLLATE "C" NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, span_ms, begins_at, application_id, operation, outcome, error_code)
);

-- How far the rows of a tenant were counted: every row from before up_to is in event_count. revision: changes whenever
-- somebody counted, so that two do not count the same rows.
CREATE TABLE event_counted (
    tenant_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES tenant (id) ON DELETE CASCADE,
    up_to BIGINT NOT NULL,
    revision BIGINT NOT NULL
);
