-- Without the column they would be the application's.
DELETE FROM credential WHERE resource_id IS NOT NULL;
ALTER TABLE credential DROP COLUMN resource_id;
