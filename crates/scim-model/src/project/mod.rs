//! From a resource to the text that a client reads.
//!
//! The stored text is the wire text: it is [serialised](serialise) once, when written, with `meta` last. What depends on
//! the host or on other resources is [spliced](splice) into it without parsing. Only `attributes` and
//! `excludedAttributes` make a [`Projection`] parse it.

mod projection;
mod serialise;

pub use projection::Projection;
pub use serialise::{Meta, rfc3339, serialise, splice};
