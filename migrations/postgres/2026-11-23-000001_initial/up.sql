-- Conventions: ids are text; times are UTC milliseconds; a `_folded` column is the case-folded twin that is compared
-- (never lower(), ILIKE or NOCASE); every row of tenant data starts its keys with tenant_id.

-- ---- registry -------------------------------------------------------------------------------------------------

CREATE TABLE tenant (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    slug TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    reveal_allowed BOOLEAN NOT NULL DEFAULT TRUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE administrator (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL,
    email_folded TEXT COLLATE "C" NOT NULL UNIQUE,
    password_hash TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE administrator_role (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    administrator_id TEXT COLLATE "C" NOT NULL REFERENCES administrator (id) ON DELETE CASCADE,
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('owner', 'admin', 'support')),
    PRIMARY KEY (tenant_id, administrator_id)
);
CREATE INDEX administrator_role_administrator ON administrator_role (administrator_id);

-- A signed-in browser. Only the SHA-256 of the cookie's value is kept.
CREATE TABLE session (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    administrator_id TEXT COLLATE "C" NOT NULL REFERENCES administrator (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_administrator ON session (administrator_id);

CREATE TABLE application (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('scim-client')),
    name TEXT COLLATE "C" NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL,
    settings_revision BIGINT NOT NULL,
    paused BOOLEAN NOT NULL DEFAULT FALSE,
    last_request_at BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name_folded)
);

-- The settings of an application are one document; each save adds a revision and the old ones stay.
CREATE TABLE application_settings (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, application_id, revision),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
);

-- A request is authenticated by one look-up of secret_hash (SHA-256 of the secret).
CREATE TABLE credential (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('bearer', 'basic')),
    name TEXT COLLATE "C" NOT NULL,
    username TEXT COLLATE "C",
    secret_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    secret_encrypted BYTEA NOT NULL,
    secret_prefix TEXT COLLATE "C" NOT NULL,
    secret_last_four TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_at BIGINT,
    PRIMARY KEY (tenant_id, application_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
);

-- What administrators did.
CREATE TABLE audit_event (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    occurred_at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    act TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C",
    target TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX audit_event_application ON audit_event (tenant_id, application_id, id);

-- ---- provisioning ---------------------------------------------------------------------------------------------

-- The tenant's own record of a person.
CREATE TABLE directory_user (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    user_name TEXT COLLATE "C" NOT NULL,
    user_name_folded TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C",
    email TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'disabled')),
    profile TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, user_name_folded)
);

-- What a directory user is found by: searched by prefix over all kinds, matched by equality within one.
CREATE TABLE directory_user_key (
    tenant_id TEXT COLLATE "C" NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('user_name', 'email', 'display_name', 'given_name', 'family_name')),
    directory_user_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, folded, kind, directory_user_id),
    FOREIGN KEY (tenant_id, directory_user_id) REFERENCES directory_user (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX directory_user_key_owner ON directory_user_key (tenant_id, directory_user_id);

-- A User or Group as one client wrote it. deleted_at: the client deleted it, but the directory keeps the person disabled;
-- to the client it is gone, until it creates the same userName or externalId again and gets the same id back.
CREATE TABLE resource (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    resource_type TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C",
    user_name TEXT COLLATE "C",
    user_name_folded TEXT COLLATE "C",
    display_name TEXT COLLATE "C",
    display_name_folded TEXT COLLATE "C",
    active BOOLEAN NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    directory_user_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    last_modified_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (tenant_id, application_id, id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, directory_user_id) REFERENCES directory_user (tenant_id, id)
);
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
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    folded TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, application_id, path, folded, resource_id),
    FOREIGN KEY (tenant_id, application_id, resource_id) REFERENCES resource (tenant_id, application_id, id) ON DELETE CASCADE
);
CREATE INDEX resource_key_owner ON resource_key (tenant_id, application_id, resource_id);

-- totalResults without counting.
CREATE TABLE resource_count (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    resource_type TEXT COLLATE "C" NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, application_id, resource_type),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE group_member (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    group_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, application_id, group_id, member_id),
    FOREIGN KEY (tenant_id, application_id, group_id) REFERENCES resource (tenant_id, application_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, application_id, member_id) REFERENCES resource (tenant_id, application_id, id) ON DELETE CASCADE
);
-- Covers the look-up of a member's groups: with less, SQLite prefers to walk the primary key.
CREATE INDEX group_member_member ON group_member (tenant_id, application_id, member_id, group_id);

-- One row per operation. subject_id: the resource it was about, or the event's own id where there is none.
CREATE TABLE provisioning_event (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    occurred_at BIGINT NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    application_name TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('succeeded', 'unchanged', 'refused', 'failed')),
    subject_id TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    resource_type TEXT COLLATE "C",
    resource_id TEXT COLLATE "C",
    directory_user_id TEXT COLLATE "C",
    summary TEXT COLLATE "C" NOT NULL,
    changed TEXT COLLATE "C" NOT NULL,
    status BIGINT NOT NULL,
    error_code TEXT COLLATE "C",
    duration_us BIGINT NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    credential_id TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX provisioning_event_application ON provisioning_event (tenant_id, application_id, id);
CREATE INDEX provisioning_event_subject ON provisioning_event (tenant_id, subject_id, id);
CREATE INDEX provisioning_event_operation ON provisioning_event (tenant_id, application_id, operation, outcome, id);
CREATE INDEX provisioning_event_outcome ON provisioning_event (tenant_id, outcome, id);

CREATE TABLE provisioning_event_detail (
    tenant_id TEXT COLLATE "C" NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    client_address TEXT COLLATE "C",
    user_agent TEXT COLLATE "C",
    credential TEXT COLLATE "C",
    settings_revision BIGINT,
    request TEXT COLLATE "C",
    response TEXT COLLATE "C",
    changes TEXT COLLATE "C" NOT NULL,
    steps TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, event_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES provisioning_event (tenant_id, id) ON DELETE CASCADE
);

-- Every name a subject was ever known by, folded: a search by an earlier e-mail still finds the person.
CREATE TABLE event_identifier (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    folded TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, folded, subject_id)
);
