//! What every simulator is made of: how it proves who it is, how it sends and waits, and the error that says which request went wrong.
//!
//! Not here: what a client sends when (each has a folder of its own), and reading SCIM messages ([`crate::message`]).

mod authentication;
mod checks;
mod failure;
mod person;
mod session;
mod step;
pub(crate) mod target;

pub use authentication::Authentication;
pub(crate) use checks::Checks;
pub use failure::{Detail, Failure, Wrong};
pub(crate) use person::members;
pub use person::{Person, Provided, Removal, Team, Update};
pub use session::{Patience, Session};
pub use step::StepResult;
