DROP INDEX resource_user_name;
CREATE UNIQUE INDEX resource_user_name ON resource (tenant_id, application_id, user_name_folded)
    WHERE resource_type = 'User' AND deleted_at IS NULL;
DROP INDEX resource_group_name;
CREATE INDEX resource_group_name ON resource (tenant_id, application_id, display_name_folded, id)
    WHERE resource_type = 'Group' AND deleted_at IS NULL;
DROP INDEX resource_group_directory;
CREATE INDEX resource_group_directory ON resource (tenant_id, display_name_folded, id)
    WHERE resource_type = 'Group' AND deleted_at IS NULL;
