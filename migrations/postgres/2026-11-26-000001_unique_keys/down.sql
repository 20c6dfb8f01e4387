DROP INDEX resource_key_unique;
ALTER TABLE resource_key DROP COLUMN is_unique;
