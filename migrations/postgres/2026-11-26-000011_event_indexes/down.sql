CREATE INDEX provisioning_event_application ON provisioning_event (tenant_id, application_id, id);
CREATE INDEX provisioning_event_operation ON provisioning_event (tenant_id, application_id, operation, outcome, id);
CREATE INDEX provisioning_event_outcome ON provisioning_event (tenant_id, outcome, id);
