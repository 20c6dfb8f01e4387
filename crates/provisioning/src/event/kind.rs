//! What a row of the report says happened, and how it ended: two closed vocabularies with their words.
//!
//! Both are stored as text (`as_str`) and shown as words (`label`). A new kind of operation is one line in the table below.

use std::fmt;
use std::str::FromStr;

macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $text:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$item])* $variant,)+ }

        impl $name {
            /// Every value, in the order in which a person is offered them.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The stored form, also the one in URLs.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }

            /// The words shown to a person.
            pub fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or(UnknownWord)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

/// A text that is no word of the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown word")]
pub struct UnknownWord;

vocabulary! {
    /// How an operation ended.
    Outcome {
        /// Something changed, or a question was answered.
        Succeeded = "succeeded", "Succeeded";
        /// The client sent what was already there.
        Unchanged = "unchanged", "No change";
        /// A credential, a switched-off feature or another rule of ours said no.
        Refused = "refused", "Refused";
        /// What the client sent could not be used, or conflicts with what is there.
        Failed = "failed", "Failed";
    }
}

vocabulary! {
    /// What the client did, as the person who reads the report would call it.
    Operation {
        UserCreate = "user.create", "Create user";
        UserUpdate = "user.update", "Update user";
        UserDeactivate = "user.deactivate", "Deactivate user";
        UserReactivate = "user.reactivate", "Reactivate user";
        UserDelete = "user.delete", "Delete user";
        /// A deleted user was created again and got its former id back.
        UserRestore = "user.restore", "Restore user";
        UserPassword = "user.password", "Set password";
        /// A query by filter, as clients do before they create.
        UserLookup = "user.lookup", "Look up user";
        UserRead = "user.read", "Read user";
        /// A page of all users.
        UserImport = "user.import", "Import users";
        GroupCreate = "group.create", "Create group";
        GroupUpdate = "group.update", "Update group";
        GroupMembers = "group.members", "Change members";
        GroupDelete = "group.delete", "Delete group";
        GroupLookup = "group.lookup", "Look up group";
        GroupRead = "group.read", "Read group";
        GroupImport = "group.import", "Import groups";
        /// A resource of a type that an administrator defined.
        ResourceCreate = "resource.create", "Create resource";
        ResourceUpdate = "resource.update", "Update resource";
        ResourceDelete = "resource.delete", "Delete resource";
        ResourceLookup = "resource.lookup", "Look up resource";
        ResourceRead = "resource.read", "Read resource";
        ResourceImport = "resource.import", "Import resources";
        ConnectionTest = "connection.test", "Test connection";
        CredentialRejected = "credential.rejected", "Rejected credential";
        Other = "other", "Other request";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.as_str().parse(), Ok(*outcome));
        }
        for operation in Operation::ALL {
            assert_eq!(operation.as_str().parse(), Ok(*operation));
        }
        assert_eq!("user.explode".parse::<Operation>(), Err(UnknownWord));
    }
}
