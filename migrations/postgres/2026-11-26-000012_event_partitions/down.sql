DROP TRIGGER provisioning_event_detail_goes ON provisioning_event;
DROP FUNCTION provisioning_event_detail_goes();
CREATE TABLE provisioning_event_whole (LIKE provisioning_event INCLUDING CONSTRAINTS);
INSERT INTO provisioning_event_whole SELECT * FROM provisioning_event;
CREATE TABLE provisioning_event_detail_whole (LIKE provisioning_event_detail INCLUDING CONSTRAINTS);
INSERT INTO provisioning_event_detail_whole SELECT d.* FROM provisioning_event_detail d
    JOIN provisioning_event e ON e.tenant_id = d.tenant_id AND e.id = d.event_id;
DROP TABLE provisioning_event_detail;
DROP TABLE provisioning_event;
ALTER TABLE provisioning_event_whole RENAME TO provisioning_event;
ALTER TABLE provisioning_event_detail_whole RENAME TO provisioning_event_detail;
ALTER TABLE provisioning_event ADD PRIMARY KEY (tenant_id, id);
CREATE INDEX provisioning_event_subject ON provisioning_event (tenant_id, subject_id, id);
ALTER TABLE provisioning_event_detail ADD PRIMARY KEY (tenant_id, event_id);
ALTER TABLE provisioning_event_detail ADD FOREIGN KEY (tenant_id, event_id) REFERENCES provisioning_event (tenant_id, id)
    ON DELETE CASCADE;
