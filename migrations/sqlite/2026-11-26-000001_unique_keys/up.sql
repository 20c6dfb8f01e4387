-- Values of attributes that their schema wants to be unique (RFC 7643 §7): rows of resource_key like those for look-ups,
-- with an index that lets each value be there once.
ALTER TABLE resource_key ADD COLUMN is_unique INTEGER NOT NULL DEFAULT 0 CHECK (is_unique IN (0, 1));
CREATE UNIQUE INDEX resource_key_unique ON resource_key (tenant_id, application_id, path, folded) WHERE is_unique;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('resource_key', 'resource_key_unique', '10000 10000 5000 5000 1');
