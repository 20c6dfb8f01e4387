//! What becomes of the tenant's people: deprovisioning, mapping, several applications; and what the dashboard reads.

mod deprovisioning;
mod lists;
mod mapping;
mod resources;
mod sources;
