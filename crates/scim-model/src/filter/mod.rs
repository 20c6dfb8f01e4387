//! Filters (RFC 7644 §3.4.2.2).
//!
//! ```text
//! filter     = and-chain *( "or" and-chain )
//! and-chain  = term *( "and" term )
//! term       = [ "not" ] "(" filter ")" / path "[" filter "]" / path "pr" / path operator literal
//! operator   = "eq" / "ne" / "co" / "sw" / "ew" / "gt" / "ge" / "lt" / "le"
//! literal    = JSON string / JSON number / "true" / "false" / "null"
//! ```
//!
//! Three steps: [`Filter::parse`] knows the grammar, [`Filter::resolve`] knows the schema, [`Filter::matches`] decides.
//! A filter that has not been resolved cannot be evaluated. A query over several resource types resolves it for each of
//! them ([`Filter::resolve_across`]).

mod across;
mod display;
mod evaluate;
mod leniency;
mod lexer;
mod parser;
mod resolve;
#[cfg(test)]
mod tests;

pub use across::Decided;
pub use display::Spelling;
pub(crate) use evaluate::{Subject, matches};
pub(crate) use leniency::{note, note_path};
pub(crate) use parser::{PatchPath, PatchPathError, parse_patch_path};
pub(crate) use resolve::resolve_element;

use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::path::{AttributePath, Bound};
use crate::resource::Resource;
use crate::schema::ResourceType;

/// A filter over attributes `A`: [`AttributePath`] as written, [`Bound`] once resolved.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter<A> {
    /// All of them (two or more).
    And(Vec<Filter<A>>),
    /// Any of them (two or more).
    Or(Vec<Filter<A>>),
    /// Not this.
    Not(Box<Filter<A>>),
    /// A comparison. Of several values of the attribute one has to match; `ne` is the opposite of `eq`, so none may.
    Compare {
        /// What is compared. Resolved, a complex attribute has become its `value`.
        attribute: A,
        /// How.
        operator: Operator,
        /// With what.
        literal: Literal,
    },
    /// The attribute has a value that is not empty.
    Present(A),
    /// One value of the attribute satisfies the whole inner filter, whose attributes are its sub-attributes.
    Element {
        /// The attribute whose values are looked at one by one.
        attribute: A,
        /// What one of them must satisfy. Resolved, the paths are full ones (`emails.type`), still meant for one value.
        filter: Box<Filter<A>>,
    },
}

/// Comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal, or no value.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal.
    Le,
}

impl Operator {
    const ALL: [Self; 9] = [Self::Eq, Self::Ne, Self::Co, Self::Sw, Self::Ew, Self::Gt, Self::Ge, Self::Lt, Self::Le];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }
}

/// What an attribute is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// No value.
    Null,
    /// true or false.
    Boolean(bool),
    /// A number.
    Number(serde_json::Number),
    /// Text, as written.
    String(String),
    /// A word without quotes; only before resolving, which takes it for text.
    Word(String),
    /// A date and time; only after resolving.
    DateTime {
        /// As written.
        text: String,
        /// The point in time.
        instant: jiff::Timestamp,
    },
}

/// A filter that is malformed, or makes no sense for the resource type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("filter, position {position}: {problem}")]
pub struct FilterError {
    /// Byte offset in the filter text.
    pub position: usize,
    /// What is wrong there, in words.
    pub problem: String,
}

impl From<FilterError> for ScimError {
    fn from(error: FilterError) -> Self {
        Self::invalid_filter(error.to_string())
    }
}

impl Filter<AttributePath> {
    /// Parses a filter. Names and operators may be in any case.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self, FilterError> {
        parser::parse(text, limits)
    }

    /// Binds every path to the resource type and every literal to its attribute's type.
    ///
    /// Fails for an unknown attribute, for one that is never returned, for an operator or literal that its type does not
    /// have. `null` stands only behind `eq` and `ne`, and asks whether there is any value.
    pub fn resolve(self, ty: &ResourceType) -> Result<Filter<Bound>, FilterError> {
        resolve::resolve(self, ty)
    }
}

impl Filter<Bound> {
    /// Whether a resource satisfies the filter.
    pub fn matches(&self, resource: &Resource) -> bool {
        evaluate::matches(self, Subject::Resource(resource))
    }
}
