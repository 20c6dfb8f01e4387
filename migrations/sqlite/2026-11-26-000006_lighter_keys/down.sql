DROP TRIGGER directory_user_key_goes;
DROP TRIGGER resource_key_goes;

CREATE TABLE directory_user_key_new (
    tenant_id TEXT NOT NULL,
    folded TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('user_name', 'email', 'display_name', 'given_name', 'family_name')),
    directory_user_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, folded, kind, directory_user_id),
    FOREIGN KEY (tenant_id, directory_user_id) REFERENCES directory_user (tenant_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO directory_user_key_new (tenant_id, folded, kind, directory_user_id) SELECT tenant_id, folded, kind, directory_user_id FROM directory_user_key;
DROP TABLE directory_user_key;
ALTER TABLE directory_user_key_new RENAME TO directory_user_key;
CREATE INDEX directory_user_key_owner ON directory_user_key (tenant_id, directory_user_id);

CREATE TABLE resource_key_new (
    tenant_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    path TEXT NOT NULL,
    folded TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    is_unique INTEGER NOT NULL DEFAULT 0 CHECK (is_unique IN (0, 1)),
    PRIMARY KEY (tenant_id, application_id, path, folded, resource_id),
    FOREIGN KEY (tenant_id, application_id, resource_id) REFERENCES resource (tenant_id, application_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO resource_key_new (tenant_id, application_id, path, folded, resource_id, is_unique) SELECT tenant_id, application_id, path, folded, resource_id, is_unique FROM resource_key;
DROP TABLE resource_key;
ALTER TABLE resource_key_new RENAME TO resource_key;
CREATE INDEX resource_key_owner ON resource_key (tenant_id, application_id, resource_id);
CREATE UNIQUE INDEX resource_key_unique ON resource_key (tenant_id, application_id, path, folded) WHERE is_unique;

CREATE TABLE group_member_new (
    tenant_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, application_id, group_id, member_id),
    FOREIGN KEY (tenant_id, application_id, group_id) REFERENCES resource (tenant_id, application_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, application_id, member_id) REFERENCES resource (tenant_id, application_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO group_member_new (tenant_id, application_id, group_id, member_id) SELECT tenant_id, application_id, group_id, member_id FROM group_member;
DROP TABLE group_member;
ALTER TABLE group_member_new RENAME TO group_member;
CREATE INDEX group_member_member ON group_member (tenant_id, application_id, member_id, group_id);

CREATE TABLE event_identifier_new (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    folded TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, folded, subject_id)
) STRICT;
INSERT INTO event_identifier_new (tenant_id, folded, subject_id) SELECT tenant_id, folded, subject_id FROM event_identifier;
DROP TABLE event_identifier;
ALTER TABLE event_identifier_new RENAME TO event_identifier;

-- What the planner knows of them went with the old ones.
DELETE FROM sqlite_stat1 WHERE tbl IN ('directory_user_key', 'resource_key', 'group_member', 'event_identifier');
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('directory_user_key', 'sqlite_autoindex_directory_user_key_1', '2500000 2500000 5 3 1'),
    ('directory_user_key', 'directory_user_key_owner', '2500000 2500000 5'),
    ('resource_key', 'sqlite_autoindex_resource_key_1', '500000 500000 250000 250000 2 1'),
    ('resource_key', 'resource_key_owner', '500000 500000 250000 2'),
    ('resource_key', 'resource_key_unique', '10000 10000 5000 5000 1'),
    ('group_member', 'sqlite_autoindex_group_member_1', '2500000 2500000 1250000 250 1'),
    ('group_member', 'group_member_member', '2500000 2500000 1250000 5 1'),
    ('event_identifier', 'sqlite_autoindex_event_identifier_1', '3000000 3000000 2 1');
