//! People and groups on the side of a client, as plain as most clients hold them, and the settings that several clients have.

use crate::message::{CORE_GROUP, CORE_USER};
use serde_json::{Value, json};

/// A person. Okta and Entra ID hold more and have types of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The client's own id, for most clients `externalId`.
    pub id: String,
    pub user_name: String,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
    pub active: bool,
}

impl Person {
    /// Somebody active whose user name is the e-mail.
    pub fn new(id: &str, user_name: &str, given_name: &str, family_name: &str) -> Self {
        Self {
            id: id.to_owned(),
            user_name: user_name.to_owned(),
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            email: user_name.to_owned(),
            active: true,
        }
    }

    /// Given and family name.
    pub fn display_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }

    /// The core attributes as RFC 7643 has them; what a client does otherwise it changes in its own folder.
    pub(crate) fn body(&self) -> Value {
        json!({
            "schemas": [CORE_USER],
            "userName": self.user_name,
            "name": {"givenName": self.given_name, "familyName": self.family_name},
            "displayName": self.display_name(),
            "emails": [{"value": self.email, "type": "work", "primary": true}],
            "active": self.active,
        })
    }
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// The client's own id.
    pub id: String,
    pub name: String,
    /// The client's own ids of its people.
    pub members: Vec<String>,
}

impl Team {
    /// A group of these people.
    pub fn new(id: &str, name: &str, members: &[&str]) -> Self {
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        Self { id: id.to_owned(), name: name.to_owned(), members }
    }

    /// The group without its members.
    pub(crate) fn body(&self) -> Value {
        json!({"schemas": [CORE_GROUP], "displayName": self.name})
    }
}

/// Members as every client but Okta writes them: `[{"value": id}]`.
pub(crate) fn members(ids: &[String]) -> Value {
    ids.iter().map(|id| json!({"value": id})).collect()
}

/// How a change is sent, where the administrator may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    Put,
    Patch,
}

/// What happens to somebody who leaves, where the administrator may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// `active` becomes false.
    Disable,
    Delete,
}

/// What providing somebody, or a group, came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provided {
    /// The server did not know it; it was created.
    Created,
    /// The server had it already; it was taken over.
    Linked,
    /// It was provided before, and is now as the client has it.
    Updated,
    /// It was provided before, and nothing differed.
    Unchanged,
    /// It was provided before and is gone from the server; it was created again.
    CreatedAgain,
}
