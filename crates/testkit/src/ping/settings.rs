//! What an administrator chooses in the connector.

use crate::client::{Person, Removal, Update, target};

/// By what a person is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UniqueUser {
    /// `userName eq "…"`.
    UserName,
    /// `emails eq "…"`, without a sub-attribute.
    WorkEmail,
    /// The administrator's own filter, in which `${userName}` stands for the user name.
    Expression(String),
}

/// What happens to members that the server has and Ping does not know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// They stay: members are only added.
    Merge,
    /// They go: the whole group is written.
    Overwrite,
}

/// The connector's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PingSettings {
    pub unique_user: UniqueUser,
    pub update: Update,
    pub removal: Removal,
    pub membership: Membership,
    /// Whether somebody disabled is created too.
    pub provisions_disabled_users: bool,
}

impl Default for PingSettings {
    fn default() -> Self {
        Self {
            unique_user: UniqueUser::UserName,
            update: Update::Put,
            removal: Removal::Disable,
            membership: Membership::Merge,
            provisions_disabled_users: false,
        }
    }
}

impl UniqueUser {
    /// The filter for a person, with the attribute and value by which the answer is recognised.
    pub(super) fn filter<'a>(&self, person: &'a Person) -> (String, &'static str, &'a str) {
        match self {
            Self::UserName => (target::equals("userName", &person.user_name), "userName", &person.user_name),
            Self::WorkEmail => (target::equals("emails", &person.email), "emails", &person.email),
            Self::Expression(text) => (text.replace("${userName}", &person.user_name), "userName", &person.user_name),
        }
    }
}
