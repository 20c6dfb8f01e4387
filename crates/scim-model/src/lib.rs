//! RFC 7643 and RFC 7644 as types and pure functions.
//!
//! For whoever serves SCIM: parse, check, compare, patch and write resources. Deliberately not here: I/O, a clock,
//! randomness, HTTP, storage. Whatever depends on those is an argument (base URL, times, limits). Nothing panics on any
//! input.
//!
//! | module | for |
//! |---|---|
//! | [`limits`] | the one set of limits, enforced and advertised alike |
//! | [`urn`] | schema and message URNs |
//! | [`fold`] | the one case folding |
//! | [`schema`] | schemas, attributes and resource types as data; [`schema::core`] holds User and Group, [`schema::definition`] what an application adds, [`schema::ready`] sets to add by name |
//! | [`path`] | attribute paths as written and [bound to a schema](path::Bound) |
//! | [`resource`] | a schema-checked document |
//! | [`check`] | a POST or PUT body becomes a [`Resource`], with every [leniency](check::Adjustment) on record |
//! | [`filter`] | parse → [resolve](Filter::resolve), or [across several types](Filter::resolve_across) → [evaluate](Filter::matches) |
//! | [`patch`] | parse → [detach](Patch::detach) what is stored elsewhere → [apply](Patch::apply) |
//! | [`diff`] | what changed between two resources |
//! | [`project`] | the stored text, what is spliced into it, and `attributes`/`excludedAttributes` |
//! | [`sort`] | `sortBy`: the key of a resource |
//! | [`message`] | errors, list responses, queries from a URL or from the body of a search, and [bulk requests](message::bulk) |
//! | [`discovery`] | ServiceProviderConfig, ResourceTypes, Schemas |
//! | [`redact`] | a request body fit for a log |
//! | `testing` | for tests, with the feature of that name: a type with every kind of attribute, generators, what fuzzing checks |
//!
//! Every leniency towards a client stands beside the name of the client that needs it.

#![forbid(unsafe_code)]

pub mod check;
pub mod diff;
pub mod discovery;
pub mod filter;
pub mod fold;
pub mod limits;
pub mod message;
pub mod patch;
pub mod path;
pub mod project;
pub mod redact;
pub mod resource;
mod same;
pub mod schema;
pub mod sort;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod urn;
mod value;

pub use check::{Adjustment, Checked};
pub use filter::{Decided, Filter, FilterError, Literal, Operator};
pub use limits::Limits;
pub use message::error::{ScimError, ScimType};
pub use patch::{Changes, DetachedOperation, OperationKind, Patch};
pub use path::{AttributePath, Bound};
pub use resource::Resource;
pub use schema::{ResourceKind, ResourceType, ResourceTypes};
