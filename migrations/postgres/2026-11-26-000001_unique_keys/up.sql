-- Values of attributes that their schema wants to be unique (RFC 7643 §7): rows of resource_key like those for look-ups,
-- with an index that lets each value be there once.
ALTER TABLE resource_key ADD COLUMN is_unique BOOLEAN NOT NULL DEFAULT FALSE;
CREATE UNIQUE INDEX resource_key_unique ON resource_key (tenant_id, application_id, path, folded) WHERE is_unique;
