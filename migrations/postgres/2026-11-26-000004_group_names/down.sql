DELETE FROM resource_key WHERE path = 'Group/displayName';
DROP INDEX resource_group_name;
CREATE UNIQUE INDEX resource_group_name ON resource (tenant_id, application_id, display_name_folded)
    WHERE resource_type = 'Group' AND deleted_at IS NULL;
