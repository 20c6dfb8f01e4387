-- The rows of the report by month: what is older than the report is kept goes as a whole partition, and vacuum and indexes
-- have to do with one month. Ids are UUIDv7, so a range of ids is a range of time. The tables that were there become the first
-- partition as they are, up to the end of this month; nothing is copied. Servers make the months that follow ahead of time
-- (database/src/dialect/partitions.rs); whatever fits in none goes into the default partition.

-- A check of a foreign key to a partitioned table costs more than the insert itself. What the key did at a deletion is done by
-- the trigger below.
ALTER TABLE provisioning_event_detail DROP CONSTRAINT provisioning_event_detail_tenant_id_event_id_fkey;

ALTER TABLE provisioning_event RENAME TO provisioning_event_first;
ALTER INDEX provisioning_event_pkey RENAME TO provisioning_event_first_pkey;
-- As PostgreSQL itself names the part of an index that an import makes anew.
ALTER INDEX provisioning_event_subject RENAME TO provisioning_event_first_tenant_id_subject_id_id_idx;
ALTER TABLE provisioning_event_detail RENAME TO provisioning_event_detail_first;
ALTER INDEX provisioning_event_detail_pkey RENAME TO provisioning_event_detail_first_pkey;

CREATE TABLE provisioning_event (
    LIKE provisioning_event_first INCLUDING CONSTRAINTS,
    PRIMARY KEY (tenant_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX provisioning_event_subject ON provisioning_event (tenant_id, subject_id, id);
CREATE TABLE provisioning_event_default PARTITION OF provisioning_event DEFAULT;

CREATE TABLE provisioning_event_detail (
    LIKE provisioning_event_detail_first INCLUDING CONSTRAINTS,
    PRIMARY KEY (tenant_id, event_id)
) PARTITION BY RANGE (event_id);
CREATE TABLE provisioning_event_detail_default PARTITION OF provisioning_event_detail DEFAULT;

DO $$
DECLARE
    next_month TIMESTAMP := date_trunc('month', now() AT TIME ZONE 'UTC') + INTERVAL '1 month';
    ms TEXT := lpad(to_hex((extract(epoch FROM next_month AT TIME ZONE 'UTC') * 1000)::BIGINT), 12, '0');
    first_id TEXT := substr(ms, 1, 8) || '-' || substr(ms, 9) || '-0000-0000-000000000000';
BEGIN
    -- Rows of a clock that is far ahead.
    EXECUTE format(
        'WITH later AS (DELETE FROM provisioning_event_first WHERE id >= %L RETURNING *)
         INSERT INTO provisioning_event SELECT * FROM later', first_id);
    EXECUTE format(
        'WITH later AS (DELETE FROM provisioning_event_detail_first WHERE event_id >= %L RETURNING *)
         INSERT INTO provisioning_event_detail SELECT * FROM later', first_id);
    EXECUTE format(
        'ALTER TABLE provisioning_event ATTACH PARTITION provisioning_event_first FOR VALUES FROM (MINVALUE) TO (%L)', first_id);
    EXECUTE format(
        'ALTER TABLE provisioning_event_detail ATTACH PARTITION provisioning_event_detail_first
         FOR VALUES FROM (MINVALUE) TO (%L)', first_id);
END $$;

CREATE FUNCTION provisioning_event_detail_goes() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM provisioning_event_detail USING gone
        WHERE provisioning_event_detail.tenant_id = gone.tenant_id AND provisioning_event_detail.event_id = gone.id;
    RETURN NULL;
END $$;
CREATE TRIGGER provisioning_event_detail_goes AFTER DELETE ON provisioning_event
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION provisioning_event_detail_goes();
