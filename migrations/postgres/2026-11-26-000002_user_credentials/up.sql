-- The user whose credential it is: it opens /Me and nothing else (RFC 7644 §3.11). NULL: the application's own credential.
-- No foreign key: whoever deletes the user must not turn the credential into one of the application, and one of a user
-- who is not there opens nothing.
ALTER TABLE credential ADD COLUMN resource_id TEXT COLLATE "C";
