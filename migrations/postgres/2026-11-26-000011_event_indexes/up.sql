-- The counts (000010) say where rows of an application, an operation or an outcome are; the primary key finds them there.
-- Every operation paid for these indexes.
DROP INDEX provisioning_event_application;
DROP INDEX provisioning_event_operation;
DROP INDEX provisioning_event_outcome;
