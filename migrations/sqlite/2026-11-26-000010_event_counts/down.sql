DROP TABLE event_count;
DROP TABLE event_counted;
