-- The counts (000010) say where rows of an application, an operation or an outcome are; the primary key finds them there.
-- Every operation paid for these indexes.
DROP INDEX provisioning_event_application;
DROP INDEX provisioning_event_operation;
DROP INDEX provisioning_event_outcome;
DELETE FROM sqlite_stat1
    WHERE idx IN ('provisioning_event_application', 'provisioning_event_operation', 'provisioning_event_outcome');
