//! What becomes of the tenant's people: deprovisioning, mapping, several applications.

mod deprovisioning;
mod lists;
mod mapping;
mod nested;
mod sources;
