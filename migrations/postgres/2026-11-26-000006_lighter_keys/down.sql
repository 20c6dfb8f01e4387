DROP TRIGGER resource_key_goes ON resource;
DROP FUNCTION resource_key_goes();
DROP TRIGGER directory_user_key_goes ON directory_user;
DROP FUNCTION directory_user_key_goes();
ALTER TABLE resource ADD FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE directory_user ADD FOREIGN KEY (tenant_id) REFERENCES tenant (id) ON DELETE CASCADE;
ALTER TABLE provisioning_event ADD FOREIGN KEY (tenant_id) REFERENCES tenant (id) ON DELETE CASCADE;
ALTER TABLE event_identifier ADD FOREIGN KEY (tenant_id) REFERENCES tenant (id) ON DELETE CASCADE;
ALTER TABLE resource_key ADD FOREIGN KEY (tenant_id, application_id, resource_id)
    REFERENCES resource (tenant_id, application_id, id) ON DELETE CASCADE;
ALTER TABLE directory_user_key ADD FOREIGN KEY (tenant_id, directory_user_id)
    REFERENCES directory_user (tenant_id, id) ON DELETE CASCADE;
