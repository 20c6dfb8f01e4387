-- A prepared statement that binds the resource type cannot use an index that holds for one type only. The folded columns
-- say the same: only users have a user_name_folded, only groups a display_name_folded.
DROP INDEX resource_user_name;
CREATE UNIQUE INDEX resource_user_name ON resource (tenant_id, application_id, user_name_folded)
    WHERE user_name_folded IS NOT NULL AND deleted_at IS NULL;
DROP INDEX resource_group_name;
CREATE INDEX resource_group_name ON resource (tenant_id, application_id, display_name_folded, id)
    WHERE display_name_folded IS NOT NULL AND deleted_at IS NULL;
DROP INDEX resource_group_directory;
CREATE INDEX resource_group_directory ON resource (tenant_id, display_name_folded, id)
    WHERE display_name_folded IS NOT NULL AND deleted_at IS NULL;
