-- Only SQLite keeps a table in the tree of its key; the versions of both are the same.
SELECT 1;
