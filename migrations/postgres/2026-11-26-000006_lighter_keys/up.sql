-- SQLite keeps these tables in the trees of their keys; here they only lose what the others lose as well: foreign keys, whose
-- checks were more than half of what a new user cost. Each looked up a row that the same transaction had just written or locked,
-- or locked the one row of the tenant or the application, which all requests share and nothing ever deletes. Keys go with
-- their owner by a trigger, which costs only a deletion.
ALTER TABLE directory_user_key DROP CONSTRAINT directory_user_key_tenant_id_directory_user_id_fkey;
ALTER TABLE resource_key DROP CONSTRAINT resource_key_tenant_id_application_id_resource_id_fkey;
ALTER TABLE event_identifier DROP CONSTRAINT event_identifier_tenant_id_fkey;
ALTER TABLE provisioning_event DROP CONSTRAINT provisioning_event_tenant_id_fkey;
ALTER TABLE directory_user DROP CONSTRAINT directory_user_tenant_id_fkey;
ALTER TABLE resource DROP CONSTRAINT resource_tenant_id_application_id_fkey;

CREATE FUNCTION directory_user_key_goes() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM directory_user_key WHERE tenant_id = OLD.tenant_id AND directory_user_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER directory_user_key_goes AFTER DELETE ON directory_user
    FOR EACH ROW EXECUTE FUNCTION directory_user_key_goes();
CREATE FUNCTION resource_key_goes() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM resource_key
        WHERE tenant_id = OLD.tenant_id AND application_id = OLD.application_id AND resource_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER resource_key_goes AFTER DELETE ON resource FOR EACH ROW EXECUTE FUNCTION resource_key_goes();
