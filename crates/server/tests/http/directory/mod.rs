//! What becomes of the tenant's people: deprovisioning, mapping, several applications; and what the dashboard reads.

mod deprovisioning;
mod lists;
mod mapping;
mod nested;
mod resources;
mod sources;
