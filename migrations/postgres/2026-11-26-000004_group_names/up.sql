-- Whether group names are unique is the administrator's choice: the index finds a name, and a row of resource_key with
-- is_unique lets it be there once.
DROP INDEX resource_group_name;
CREATE INDEX resource_group_name ON resource (tenant_id, application_id, display_name_folded, id)
    WHERE resource_type = 'Group' AND deleted_at IS NULL;
INSERT INTO resource_key (tenant_id, application_id, path, folded, resource_id, is_unique)
    SELECT tenant_id, application_id, 'Group/displayName', display_name_folded, id, TRUE
    FROM resource
    WHERE resource_type = 'Group' AND deleted_at IS NULL AND display_name_folded IS NOT NULL;
