DROP INDEX resource_user_name;
CREATE UNIQUE INDEX resource_user_name ON resource (tenant_id, application_id, user_name_folded)
    WHERE resource_type = 'User' AND deleted_at IS NULL;
DROP INDEX resource_group_name;
CREATE INDEX resource_group_name ON resource (tenant_id, application_id, display_name_folded, id)
    WHERE resource_type = 'Group' AND deleted_at IS NULL;
DROP INDEX resource_group_directory;
CREATE INDEX resource_group_directory ON resource (tenant_id, display_name_folded, id)
    WHERE resource_type = 'Group' AND deleted_at IS NULL;

-- What the planner knew of them went with the old ones.
DELETE FROM sqlite_stat1 WHERE idx IN ('resource_user_name', 'resource_group_name', 'resource_group_directory');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('resource', 'resource_user_name', '500000 500000 250000 1'),
    ('resource', 'resource_group_name', '10000 10000 5000 1 1'),
    ('resource', 'resource_group_directory', '10000 10000 2 1');
