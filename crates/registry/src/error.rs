//! Why the registry could not do what was asked. It knows no HTTP: each edge decides how a variant is shown.

use mapping::RowError;
use scim_model::schema::DefinitionProblem;

/// Result of every function of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something was not done. Nothing is half-done when one of these comes back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing in this tenant. The same answer whether it never existed or belongs to somebody else.
    #[error("There is no such thing here.")]
    NotFound,
    /// Another application or tenant already has this name, in any spelling of upper and lower case.
    #[error("The name \"{name}\" is already taken.")]
    NameTaken { name: String },
    /// A field of a form or an argument of a command cannot be accepted; the message is a sentence for a person.
    #[error("{message}")]
    InvalidField { field: &'static str, message: String },
    /// E-mail address and password do not belong together, or nobody has this address.
    #[error("The e-mail address or the password is wrong.")]
    WrongPassword,
    /// Too many wrong passwords for one e-mail address.
    #[error("Too many attempts. Try again in {retry_after_s} seconds.")]
    TooManyAttempts { retry_after_s: u64 },
    /// The set-up was done before.
    #[error("Rollcall is already set up. Sign in instead.")]
    AlreadySetUp,
    /// Somebody else saved the same settings since they were read.
    #[error("Somebody else changed these settings in the meantime. Read them again and repeat your change.")]
    Stale,
    /// The attribute mapping has rows that cannot be used.
    #[error("The attribute mapping has rows that cannot be used: {}", rows_in_words(.0))]
    Mapping(Vec<RowError>),
    /// Schemas or resource types that make no sense.
    #[error("The schemas and resource types cannot be used: {}", in_words(.0))]
    Definitions(Vec<DefinitionProblem>),
    /// Schemas or resource types that stored resources would no longer follow.
    #[error(
        "The application already has resources that these schemas do not fit: {}. Only add to a schema that is in use.",
        in_words(.0)
    )]
    DefinitionsInUse(Vec<DefinitionProblem>),
    /// The role of the administrator does not permit this.
    #[error("Your role does not permit this. Ask an owner of the tenant.")]
    NotAllowed,
    /// The tenant does not let credentials be shown again.
    #[error("This tenant does not show credentials again. Issue a new one instead.")]
    RevealNotAllowed,
    /// The credential was encrypted with another secret key than the one this server was started with.
    #[error(
        "This credential was encrypted with another secret key. It still works, but cannot be shown: start Rollcall \
         with the secret key file that belongs to this database, or issue a new credential."
    )]
    OtherSecretKey,
    /// The database is too busy to answer in time; trying again helps.
    #[error("Rollcall is busy. Try again in a moment.")]
    Busy,
    /// Something of ours broke. The cause is for the log, never for a page.
    #[error("Something went wrong inside Rollcall.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A refused field.
    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Error {
        Error::InvalidField { field, message: message.into() }
    }

    /// A failure of our own that has no error value, only words for the log.
    pub(crate) fn internal(what: &'static str) -> Error {
        Error::Internal(what.into())
    }
}

fn rows_in_words(rows: &[RowError]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| format!("row {}: {}", row.row + 1, row.message)).collect();
    rows.join("; ")
}

fn in_words(problems: &[DefinitionProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl From<database::Error> for Error {
    fn from(error: database::Error) -> Self {
        match error {
            database::Error::Busy => Error::Busy,
            // An unreachable database comes back like a busy one.
            database::Error::Unavailable(cause) => {
                tracing::error!(error = %cause, "the database cannot be reached");
                Error::Busy
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

impl From<aws_lc_rs::error::Unspecified> for Error {
    fn from(error: aws_lc_rs::error::Unspecified) -> Self {
        Error::Internal(Box::new(error))
    }
}
