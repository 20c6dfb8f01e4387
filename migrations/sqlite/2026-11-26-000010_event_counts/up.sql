-- How many rows of the report there are of each kind, by day, by hour and, where an hour has many, by minute: a chart over
-- millions of rows reads these. span_ms: the length of the slice. error_code: empty where there is none.
CREATE TABLE event_count (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    span_ms INTEGER NOT NULL,
    begins_at INTEGER NOT NULL,
    application_id TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL,
    error_code TEXT NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, span_ms, begins_at, application_id, operation, outcome, error_code)
) STRICT, WITHOUT ROWID;

-- How far the rows of a tenant were counted: every row from before up_to is in event_count. revision: changes whenever
-- somebody counted, so that two do not count the same rows.
CREATE TABLE event_counted (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenant (id) ON DELETE CASCADE,
    up_to INTEGER NOT NULL,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
