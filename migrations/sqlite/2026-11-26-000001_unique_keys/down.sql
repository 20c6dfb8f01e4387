DROP INDEX resource_key_unique;
DELETE FROM sqlite_stat1 WHERE idx = 'resource_key_unique';
ALTER TABLE resource_key DROP COLUMN is_unique;
