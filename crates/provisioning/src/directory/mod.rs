//! The tenant's directory: one user per person, fed from the resources of every linked application.
//!
//! [`place`] finds or makes the person that a resource belongs to and writes what the mapping yields; [`leave`] applies
//! the deprovisioning policy; [`users`], [`groups`], [`nested`] and [`resources`] are what the dashboard reads.
//! Deliberately not here: what the client wrote (`resource`) and which rule feeds which attribute (crate `mapping`).

pub mod groups;
pub(crate) mod key;
pub(crate) mod leave;
pub mod nested;
pub(crate) mod newcomer;
pub(crate) mod place;
pub mod resources;
pub mod users;
