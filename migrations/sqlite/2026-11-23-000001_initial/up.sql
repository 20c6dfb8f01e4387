-- Conventions: ids are text; times are UTC milliseconds; a `_folded` column is the case-folded twin that is compared
-- (never lower(), ILIKE or NOCASE); every row of tenant data starts its keys with tenant_id.

-- ---- registry -------------------------------------------------------------------------------------------------

CREATE TABLE tenant (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    reveal_allowed INTEGER NOT NULL DEFAULT 1 CHECK (reveal_allowed IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE administrator (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_folded TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE administrator_role (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    administrator_id TEXT NOT NULL REFERENCES administrator (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'support')),
    PRIMARY KEY (tenant_id, administrator_id)
) STRICT;
CREATE INDEX administrator_role_administrator ON administrator_role (administrator_id);

-- A signed-in browser. Only the SHA-256 of the cookie's value is kept.
CREATE TABLE session (
    token_hash TEXT NOT NULL PRIMARY KEY,
    administrator_id TEXT NOT NULL REFERENCES administrator (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_administrator ON session (administrator_id);

CREATE TABLE application (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('scim-client')),
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    settings_revision INTEGER NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    last_request_at INTEGER,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name_folded)
) STRICT;

-- The settings of an application are one document; each save adds a revision and the old ones stay.
CREATE TABLE application_settings (
    tenant_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    document TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (tenant_id, application_id, revision),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
) STRICT;

-- A request is authenticated by one look-up of secret_hash (SHA-256 of the secret).
CREATE TABLE credential (
    tenant_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('bearer', 'basic')),
    name TEXT NOT NULL,
    username TEXT,
    secret_hash TEXT NOT NULL UNIQUE,
    secret_encrypted BLOB NOT NULL,
    secret_prefix TEXT NOT NULL,
    secret_last_four TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER,
    PRIMARY KEY (tenant_id, application_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
) STRICT;

-- What administrators did.
CREATE TABLE audit_event (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    application_id TEXT,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX audit_event_application ON audit_event (tenant_id, application_id, id);

-- ---- provisioning ---------------------------------------------------------------------------------------------

-- The tenant's own record of a person.
CREATE TABLE directory_user (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    user_name_folded TEXT NOT NULL,
    display_name TEXT,
    email TEXT,
    status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
    profile TEXT NOT NULL,
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, user_name_folded)
) STRICT;

-- What a directory user is found by: searched by prefix over all kinds, matched by equality within one.
CREATE TABLE directory_user_key (
    tenant_id TEXT NOT NULL,
    folded TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('user_name', 'email', 'display_name', 'given_name', 'family_name')),
    directory_user_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, folded, kind, directory_user_id),
    FOREIGN KEY (tenant_id, directory_user_id) REFERENCES directory_user (tenant_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX directory_user_key_owner ON directory_user_key (tenant_id, directory_user_id);

-- A User or Group as one client wrote it. deleted_at: the client deleted it, but the directory keeps the person disabled;
-- to the client it is gone, until it creates the same userName or externalId again and gets the same id back.
CREATE TABLE resource (
    tenant_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    id TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    external_id TEXT,
    user_name TEXT,
    user_name_folded TEXT,
    display_name TEXT,
    display_name_folded TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    document TEXT NOT NULL,
    version INTEGER NOT NULL,
    directory_user_id TEXT,
    created_at INTEGER NOT NULL,
    last_modified_at INTEGER NOT NULL,
    deleted_at INTEGER,
    PRIMARY KEY (tenant_id, application_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, directory_user_id) REFERENCES directory_user (tenant_id, id)
) STRICT;
CREATE UNIQUE INDEX resource_user_name ON resource (tenant_id, application_id, user_name_folded)
    WHERE resource_type = 'User' AND deleted_at IS NULL;
CREATE UNIQUE INDEX resource_group_name ON resource (tenant_id, application_id, display_name_folded)
    WHERE resource_type = 'Group' AND deleted_at IS NULL;
CREATE INDEX resource_deleted_user_name ON resource (tenant_id, application_id, user_name_folded)
    WHERE deleted_at IS NOT NULL;
-- Ends with the order of a list, else SQLite prefers to walk resource_crawl.
CREATE INDEX resource_external_id ON resource (tenant_id, application_id, external_id, resource_type, id);
CREATE INDEX resource_crawl ON resource (tenant_id, application_id, resource_type, id) WHERE deleted_at IS NULL;
CREATE INDEX resource_directory_user ON resource (tenant_id, directory_user_id);
CREATE INDEX resource_group_directory ON resource (tenant_id, display_name_folded, id)
    WHERE resource_type = 'Group' AND deleted_at IS NULL;

-- Equality index over attributes that clients look up by: emails.value and the like.
CREATE TABLE resource_key (
    tenant_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    path TEXT NOT NULL,
    folded TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, application_id, path, folded, resource_id),
    FOREIGN KEY (tenant_id, application_id, resource_id) REFERENCES resource (tenant_id, application_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX resource_key_owner ON resource_key (tenant_id, application_id, resource_id);

-- totalResults without counting.
CREATE TABLE resource_count (
    tenant_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, application_id, resource_type),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE group_member (
    tenant_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, application_id, group_id, member_id),
    FOREIGN KEY (tenant_id, application_id, group_id) REFERENCES resource (tenant_id, application_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, application_id, member_id) REFERENCES resource (tenant_id, application_id, id) ON DELETE CASCADE
) STRICT;
-- Covers the look-up of a member's groups: with less, SQLite prefers to walk the primary key.
CREATE INDEX group_member_member ON group_member (tenant_id, application_id, member_id, group_id);

-- One row per operation. subject_id: the resource it was about, or the event's own id where there is none.
CREATE TABLE provisioning_event (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    application_id TEXT NOT NULL,
    application_name TEXT NOT NULL,
    operation TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('succeeded', 'unchanged', 'refused', 'failed')),
    subject_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    resource_type TEXT,
    resource_id TEXT,
    directory_user_id TEXT,
    summary TEXT NOT NULL,
    changed TEXT NOT NULL,
    status INTEGER NOT NULL,
    error_code TEXT,
    duration_us INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    credential_id TEXT,
    PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX provisioning_event_application ON provisioning_event (tenant_id, application_id, id);
CREATE INDEX provisioning_event_subject ON provisioning_event (tenant_id, subject_id, id);
CREATE INDEX provisioning_event_operation ON provisioning_event (tenant_id, application_id, operation, outcome, id);
CREATE INDEX provisioning_event_outcome ON provisioning_event (tenant_id, outcome, id);

CREATE TABLE provisioning_event_detail (
    tenant_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    method TEXT NOT NULL,
    target TEXT NOT NULL,
    client_address TEXT,
    user_agent TEXT,
    credential TEXT,
    settings_revision INTEGER,
    request TEXT,
    response TEXT,
    changes TEXT NOT NULL,
    steps TEXT NOT NULL,
    PRIMARY KEY (tenant_id, event_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES provisioning_event (tenant_id, id) ON DELETE CASCADE
) STRICT;

-- Every name a subject was ever known by, folded: a search by an earlier e-mail still finds the person.
CREATE TABLE event_identifier (
    tenant_id TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    folded TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, folded, subject_id)
) STRICT;

-- ---- statistics -----------------------------------------------------------------------------------------------

-- What the planner is told to expect: rows in the index, then rows for one value of its first 1, 2, … columns. Without it
-- SQLite takes every leading tenant_id for selective, and rather walks all of a tenant than seek twice in it. PostgreSQL
-- gathers its own. A later ANALYZE replaces these by what it finds.
ANALYZE tenant;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('directory_user', 'sqlite_autoindex_directory_user_1', '500000 500000 1'),
    ('directory_user', 'sqlite_autoindex_directory_user_2', '500000 500000 1'),
    ('directory_user_key', 'sqlite_autoindex_directory_user_key_1', '2500000 2500000 5 3 1'),
    ('directory_user_key', 'directory_user_key_owner', '2500000 2500000 5'),
    ('resource', 'sqlite_autoindex_resource_1', '500000 500000 250000 1'),
    ('resource', 'resource_user_name', '500000 500000 250000 1'),
    ('resource', 'resource_group_name', '10000 10000 5000 1'),
    ('resource', 'resource_deleted_user_name', '50000 50000 25000 2'),
    ('resource', 'resource_external_id', '500000 500000 250000 2 2 1'),
    ('resource', 'resource_crawl', '500000 500000 250000 200000 1'),
    ('resource', 'resource_directory_user', '500000 500000 2'),
    ('resource', 'resource_group_directory', '10000 10000 2 1'),
    ('resource_key', 'sqlite_autoindex_resource_key_1', '500000 500000 250000 250000 2 1'),
    ('resource_key', 'resource_key_owner', '500000 500000 250000 2'),
    ('group_member', 'sqlite_autoindex_group_member_1', '2500000 2500000 1250000 250 1'),
    ('group_member', 'group_member_member', '2500000 2500000 1250000 5 1'),
    ('provisioning_event', 'sqlite_autoindex_provisioning_event_1', '5000000 5000000 1'),
    ('provisioning_event', 'provisioning_event_application', '5000000 5000000 2500000 1'),
    ('provisioning_event', 'provisioning_event_subject', '5000000 5000000 10 1'),
    ('provisioning_event', 'provisioning_event_operation', '5000000 5000000 2500000 200000 150000 1'),
    ('provisioning_event', 'provisioning_event_outcome', '5000000 5000000 1000000 1'),
    ('event_identifier', 'sqlite_autoindex_event_identifier_1', '3000000 3000000 2 1');
