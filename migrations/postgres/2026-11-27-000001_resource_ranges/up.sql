-- How many resources of a type lie in a range of ids, from the last range's until_id up to this one's: a page in the middle
-- of a long list is found without walking to it. What was created lately is in no range yet.
CREATE TABLE resource_range (
    tenant_id TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL,
    resource_type TEXT COLLATE "C" NOT NULL,
    until_id TEXT COLLATE "C" NOT NULL,
    total BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, application_id, resource_type, until_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
);
