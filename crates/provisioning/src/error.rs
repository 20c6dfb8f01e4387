//! Why an operation could not be done, and what the client is told about it.
//!
//! The variants say what happened and know no HTTP library. [`Error::to_scim`] is the one place that turns them into
//! RFC 7644 §3.12: it stands here, not at the edge, because the report row keeps the very words that the client got.

use registry::Feature;
use scim_model::{ScimError, ScimType};

/// Longest value of an attribute that resources and people are looked up by. PostgreSQL refuses index rows of more than
/// 2,700 bytes.
const LOOKED_UP_BYTES: usize = 1_024;

/// Refuses a folded value that no index could hold.
pub(crate) fn check_length(attribute: &str, folded: Option<&str>) -> Result<(), Error> {
    match folded {
        Some(folded) if folded.len() > LOOKED_UP_BYTES => Err(Error::TooLong { attribute: attribute.to_owned() }),
        _ => Ok(()),
    }
}

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request itself is wrong: the words are those of the protocol crate.
    #[error("{}", .0.detail)]
    Protocol(ScimError),
    /// No such resource for this client.
    #[error("no such resource")]
    NotFound { resource_type: String, id: String },
    /// `If-Match` names another version.
    #[error("version mismatch")]
    VersionMismatch { current: i64 },
    /// The application already has a resource with this value of an attribute that must be unique.
    #[error("name taken in the application")]
    NameTaken { attribute: String, value: String },
    /// The directory already has another person under the mapped user name.
    #[error("name taken in the directory")]
    DirectoryNameTaken { value: String },
    /// The mapping yields no value for a directory attribute that a person cannot be without.
    #[error("mapping yields no {attribute}")]
    MappingEmpty { attribute: String, path: String },
    /// A value that is looked up by is longer than an index can hold.
    #[error("{attribute} is too long")]
    TooLong { attribute: String },
    /// A group names members that are no resources of this application.
    #[error("unknown members")]
    UnknownMembers { ids: Vec<String> },
    /// A group names members that are resources of a type whose resources are in no groups.
    #[error("members of another type")]
    UnfitMembers { ids: Vec<String>, resource_types: Vec<String> },
    /// A group would come to be inside itself.
    #[error("a group inside itself")]
    MemberCircle {
        /// Names of groups, each a member of the one before: from the new member to the group that it was to be put into.
        /// Only one name: that group itself was named as its member.
        way: Vec<String>,
    },
    /// An administrator switched this off.
    #[error("feature {} is off", .feature.name())]
    FeatureOff { feature: Feature, application: String },
    /// The credential is a user's own, and this is not for users to do.
    #[error("not by the user")]
    NotByUser { what: String },
    /// An operation of a bulk request that was not begun: what it refers to is not there, or time ran out. The words are
    /// those of the protocol crate.
    #[error("{}", .0.detail)]
    NotBegun(ScimError),
    /// The database is too busy to answer in time; trying again helps.
    #[error("busy")]
    Busy,
    /// The database has no room left; trying again helps once somebody made some.
    #[error("no room")]
    NoRoom,
    /// Something of ours broke; the cause is logged, never shown.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<ScimError> for Error {
    fn from(error: ScimError) -> Self {
        Error::Protocol(error)
    }
}

impl From<database::Error> for Error {
    fn from(error: database::Error) -> Self {
        match error {
            // An unreachable database comes back like a busy one: the client is asked to try again.
            database::Error::Busy => Error::Busy,
            database::Error::Unavailable(cause) => {
                tracing::error!(error = %cause, "the database cannot be reached");
                Error::Busy
            }
            database::Error::Storage(cause) => {
                tracing::error!(error = %cause, "the database cannot write to its disk: make room there");
                Error::NoRoom
            }
            other => Error::Internal(Box::new(other)),
        }
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        database::Error::from(error).into()
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::Internal(Box::new(error))
    }
}

impl Error {
    /// What the database said, of an error that has no meaning of its own yet.
    pub(crate) fn database(&self) -> Option<&database::Error> {
        match self {
            Error::Internal(cause) => cause.downcast_ref(),
            _ => None,
        }
    }

    /// What the client is told (RFC 7644 §3.12). Okta shows `detail` to its administrator under Tasks, so every sentence
    /// says what is wrong, where, and what to do.
    pub fn to_scim(&self) -> ScimError {
        match self {
            Error::Protocol(error) | Error::NotBegun(error) => error.clone(),
            Error::NotFound { resource_type, id } => {
                scim(404, None, format!("There is no {resource_type} with the id \"{}\" in this application.", shorten(id)))
            }
            Error::VersionMismatch { current } => scim(
                412,
                None,
                format!("The resource has changed: its version is now W/\"{current}\". Read it again and repeat the change."),
            ),
            Error::NameTaken { attribute, value } => scim(
                409,
                Some(ScimType::Uniqueness),
                format!(
                    "{attribute} \"{}\" already belongs to another resource of this application. Link to that one, or use another {attribute}.",
                    shorten(value)
                ),
            ),
            Error::DirectoryNameTaken { value } => scim(
                409,
                Some(ScimType::Uniqueness),
                format!(
                    "The directory already has another user with the user name \"{}\". Use another userName, or change the attribute mapping of this application in Rollcall.",
                    shorten(value)
                ),
            ),
            Error::MappingEmpty { attribute, path } => scim(
                400,
                Some(ScimType::InvalidValue),
                format!(
                    "The attribute mapping in Rollcall takes \"{attribute}\" from {path}, and this user has no value there. Send {path}, or change the mapping of this application."
                ),
            ),
            Error::TooLong { attribute } => scim(
                400,
                Some(ScimType::InvalidValue),
                format!("{attribute} is longer than {LOOKED_UP_BYTES} bytes. Send a shorter one."),
            ),
            Error::UnknownMembers { ids } => scim(
                400,
                Some(ScimType::InvalidValue),
                format!(
                    "members: {} not known in this application: {}. Assign and provision these users first, then push the group again.",
                    if ids.len() == 1 { "1 id is".to_owned() } else { format!("{} ids are", ids.len()) },
                    quoted(ids)
                ),
            ),
            Error::UnfitMembers { ids, resource_types } => scim(
                400,
                Some(ScimType::InvalidValue),
                format!(
                    "members: {} of the type {}, and only users and groups can be members: {}. Leave {} out.",
                    if ids.len() == 1 { "1 id is".to_owned() } else { format!("{} ids are", ids.len()) },
                    resource_types.join(" or "),
                    quoted(ids),
                    if ids.len() == 1 { "it" } else { "them" }
                ),
            ),
            Error::MemberCircle { way } => scim(400, Some(ScimType::InvalidValue), circle(way)),
            Error::FeatureOff { feature, application } => scim(
                403,
                None,
                format!(
                    "\"{}\" is switched off for the application \"{application}\" in Rollcall. An administrator can switch it on under Applications, {application}, Features.",
                    feature.label()
                ),
            ),
            Error::NotByUser { what } => scim(
                403,
                None,
                format!(
                    "{what} by the user's own credential: the identity provider decides about that. Ask your administrator."
                ),
            ),
            // Okta retries a 429 by itself, and nothing else.
            Error::Busy => scim(429, None, "Rollcall is busy. Try again in a moment.".to_owned()),
            // RFC 4918 §11.5.
            Error::NoRoom => scim(
                507,
                None,
                "Rollcall has no room left to store this, and nothing of it was stored. Ask your Rollcall administrator to make room on the database's disk, then try again.".to_owned(),
            ),
            Error::Internal(_) => {
                scim(500, None, "Rollcall could not do this because of an error of its own. Try again; if it stays, give your Rollcall administrator the X-Request-Id of this answer.".to_owned())
            }
        }
    }

    /// A short stable word for the kind of failure: grouped and counted in the report.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Protocol(error) => error.scim_type.map_or("invalidRequest", ScimType::as_str),
            Error::NotFound { .. } => "notFound",
            Error::VersionMismatch { .. } => "versionMismatch",
            Error::NameTaken { .. } => "uniqueness",
            Error::DirectoryNameTaken { .. } => "directoryUniqueness",
            Error::MappingEmpty { .. } => "mapping",
            Error::TooLong { .. } => "invalidValue",
            Error::UnknownMembers { .. } => "unknownMembers",
            Error::UnfitMembers { .. } => "unfitMembers",
            Error::MemberCircle { .. } => "memberCircle",
            Error::FeatureOff { .. } => "featureOff",
            Error::NotByUser { .. } => "notByUser",
            Error::NotBegun(error) if error.status != 429 => "bulkReference",
            Error::Busy | Error::NotBegun(_) => "busy",
            Error::NoRoom => "noRoom",
            Error::Internal(_) => "internal",
        }
    }
}

fn scim(status: u16, scim_type: Option<ScimType>, detail: String) -> ScimError {
    ScimError { status, scim_type, detail }
}

/// The first few of some ids.
fn quoted(ids: &[String]) -> String {
    ids.iter().take(5).map(|id| format!("\"{}\"", shorten(id))).collect::<Vec<_>>().join(", ")
}

/// Why a group cannot be a member: both groups, and the way from one to the other as far as a person can follow it.
fn circle(way: &[String]) -> String {
    /// So many names at either end of a long way.
    const ENDS: usize = 3;
    let (Some(member), Some(group)) = (way.first(), way.last()) else { return String::new() };
    if way.len() == 1 {
        return format!(
            "members: the group \"{}\" cannot be a member of itself. Leave this member out.",
            shorten(group)
        );
    }
    let mut names: Vec<String> = way.iter().map(|name| format!("\"{}\"", shortened(name, 30))).collect();
    if names.len() > 2 * ENDS + 1 {
        let between = names.len() - 2 * ENDS;
        names.splice(ENDS..ENDS + between, [format!("{between} more")]);
    }
    format!(
        "members: the group \"{}\" cannot be a member of \"{}\", which is in it already: {}. Take one of these groups out of the one before it first, or leave this member out.",
        shorten(member),
        shorten(group),
        names.join(" > ")
    )
}

/// Values of a client are quoted in answers, but not at any length.
fn shorten(text: &str) -> String {
    shortened(text, 120)
}

fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
