//! Leniencies: what was put right in a body, for the report that an administrator reads.

use std::fmt;

/// One leniency. `Display` is a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adjustment {
    /// A boolean came as text. Entra ID without its compliance flag, OneLogin templates.
    BooleanAsText(String),
    /// The attribute is not in the schema. Every client that echoes or maps more than we know.
    AttributeIgnored(String),
    /// The schema or extension is not one of the resource type. Entra ID (groups), custom mappings.
    SchemaIgnored(String),
    /// An extension inside another one, taken as one of the resource. The examples of RFC 9944 §7.1 nest the pairing methods.
    NestedExtension(String),
    /// A sub-attribute that only the service provider writes. Okta: `manager.displayName`.
    ReadOnlyIgnored(String),
    /// `schemas` names a schema by its name from before the RFC. OneLogin templates.
    OlderSchemaName(String),
    /// There is no `schemas`, and the administrator does not ask for it.
    SchemasMissing,
    /// `schemas` leaves out the main schema.
    MainSchemaMissing,
    /// A single value where a list is due. OneLogin templates: `emails`.
    SingleAsList(String),
    /// A list of one where a single value is due. Entra ID, older jobs.
    ListAsSingle(String),
    /// A bare value where an object with `value` is due. Entra ID: `manager`; Microsoft's Postman set: `members`.
    BareValue(String),
    /// An object with `value` where a bare value is due. Entra ID, older jobs.
    WrappedValue(String),
    /// A sub-attribute by its name from before the RFC. OneLogin templates: `managerId`.
    OlderAttributeName(String),
    /// An entry that says nothing but its type. Okta's default mappings of empty phone numbers and addresses.
    EmptyEntryDropped(String),
    /// The same value twice.
    DuplicateDropped(String),
    /// A PUT or PATCH that sets `active` to null. Custom templates, for a status that they do not manage.
    ActiveKept,
    /// Empty text where no value is meant. Entra ID: `manager`.
    EmptyAsNone(String),
    /// An operation's name in another case. Entra ID without its compliance flag: `Replace`.
    OperationInOtherCase(String),
    /// A path as a name in the value of an operation without a path. Entra ID with its compliance flag: `name.givenName`.
    PathAsName(String),
    /// A word without quotes, or a number for a text, as the value in a filter. Microsoft's Postman set.
    UnquotedValue(String),
    /// An attribute of an extension without its URN in a filter. Entra ID: `manager`.
    ExtensionLeftOut(String),
    /// A dot behind a schema's URN. Entra ID, older jobs.
    DotBehindSchema(String),
    /// An `add` or `replace` of what no entry of a list matched, so that one was made. Entra ID: `emails[type eq "work"].value`.
    EntryMade(String),
    /// A `remove` of what is not there. JumpCloud, Okta and Entra ID repeat it.
    NothingToRemove(String),
    /// A `remove` that lists what to remove as its value. Entra ID without its compliance flag, JumpCloud, Rauthy: `members`.
    RemovedByValue(String),
}

impl fmt::Display for Adjustment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BooleanAsText(path) => write!(formatter, "boolean sent as text: {path}"),
            Self::AttributeIgnored(path) => write!(formatter, "attribute ignored: {path}"),
            Self::SchemaIgnored(urn) => write!(formatter, "unknown schema ignored: {urn}"),
            Self::NestedExtension(urn) => write!(formatter, "extension taken out of another one: {urn}"),
            Self::ReadOnlyIgnored(path) => write!(formatter, "read-only attribute ignored: {path}"),
            Self::OlderSchemaName(urn) => write!(formatter, "schema named as before SCIM 2.0: {urn}"),
            Self::SchemasMissing => formatter.write_str("schemas is missing"),
            Self::MainSchemaMissing => formatter.write_str("schemas does not name the main schema"),
            Self::SingleAsList(path) => write!(formatter, "single value taken as a list: {path}"),
            Self::ListAsSingle(path) => write!(formatter, "list of one taken as a single value: {path}"),
            Self::BareValue(path) => write!(formatter, "bare value taken as an object: {path}"),
            Self::WrappedValue(path) => write!(formatter, "object taken as a bare value: {path}"),
            Self::OlderAttributeName(path) => write!(formatter, "attribute named as before SCIM 2.0: {path}"),
            Self::EmptyEntryDropped(path) => write!(formatter, "entry without a value dropped: {path}"),
            Self::DuplicateDropped(path) => write!(formatter, "repeated value dropped: {path}"),
            Self::ActiveKept => formatter.write_str("active was not said: kept"),
            Self::EmptyAsNone(path) => write!(formatter, "empty value taken as none: {path}"),
            Self::OperationInOtherCase(word) => write!(formatter, "operation in another case: {word}"),
            Self::PathAsName(path) => write!(formatter, "path sent as a name: {path}"),
            Self::UnquotedValue(path) => write!(formatter, "value without quotes: {path}"),
            Self::ExtensionLeftOut(path) => write!(formatter, "attribute of an extension without its URN: {path}"),
            Self::DotBehindSchema(path) => write!(formatter, "dot taken as a colon: {path}"),
            Self::EntryMade(path) => write!(formatter, "entry made, as none matched: {path}"),
            Self::NothingToRemove(path) => write!(formatter, "nothing to remove: {path}"),
            Self::RemovedByValue(path) => write!(formatter, "values to remove sent beside the path: {path}"),
        }
    }
}

/// Collects leniencies: each once, and not without end, since a body may hold a hundred thousand of them.
#[derive(Debug, Default)]
pub(crate) struct Adjustments {
    list: Vec<Adjustment>,
}

impl Adjustments {
    const MOST: usize = 50;

    pub fn add(&mut self, adjustment: impl FnOnce() -> Adjustment) {
        if self.list.len() < Self::MOST {
            let adjustment = adjustment();
            if !self.list.contains(&adjustment) {
                self.list.push(adjustment);
            }
        }
    }

    pub fn into_vec(self) -> Vec<Adjustment> {
        self.list
    }
}
