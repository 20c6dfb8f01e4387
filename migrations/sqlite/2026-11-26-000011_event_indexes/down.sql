CREATE INDEX provisioning_event_application ON provisioning_event (tenant_id, application_id, id);
CREATE INDEX provisioning_event_operation ON provisioning_event (tenant_id, application_id, operation, outcome, id);
CREATE INDEX provisioning_event_outcome ON provisioning_event (tenant_id, outcome, id);
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('provisioning_event', 'provisioning_event_application', '5000000 5000000 2500000 1'),
    ('provisioning_event', 'provisioning_event_operation', '5000000 5000000 2500000 200000 150000 1'),
    ('provisioning_event', 'provisioning_event_outcome', '5000000 5000000 1000000 1');
