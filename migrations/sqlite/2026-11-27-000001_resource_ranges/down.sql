DROP TABLE resource_range;
