-- How many resources of a type lie in a range of ids, from the last range's until_id up to this one's: a page in the middle
-- of a long list is found without walking to it. What was created lately is in no range yet.
CREATE TABLE resource_range (
    tenant_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    until_id TEXT NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, application_id, resource_type, until_id),
    FOREIGN KEY (tenant_id, application_id) REFERENCES application (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
