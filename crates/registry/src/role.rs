//! What an administrator may do in a tenant.

use std::fmt;
use std::str::FromStr;

/// Role of an administrator in one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Everything, and makes further owners.
    Owner,
    /// Everything but making owners.
    Admin,
    /// Reads: answers "why is this user not in?" without being able to change anything.
    Support,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Role; 3] = [Role::Owner, Role::Admin, Role::Support];

    /// Whether the role permits changes at all.
    pub fn may_change(self) -> bool {
        matches!(self, Role::Owner | Role::Admin)
    }

    /// Whether an administrator of this role may give somebody `other`: nobody hands out more than they have.
    pub fn may_grant(self, other: Role) -> bool {
        match self {
            Role::Owner => true,
            Role::Admin => other != Role::Owner,
            Role::Support => false,
        }
    }

    /// The word that is stored and typed: `owner`, `admin`, `support`.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Support => "support",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A word that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no role \"{0}\": use owner, admin or support")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn words_and_roles_agree() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        for wrong in ["", "Owner", "root"] {
            assert!(wrong.parse::<Role>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn nobody_grants_more_than_they_have() {
        let table = [
            (Role::Owner, Role::Owner, true),
            (Role::Owner, Role::Support, true),
            (Role::Admin, Role::Owner, false),
            (Role::Admin, Role::Admin, true),
            (Role::Support, Role::Support, false),
        ];
        for (actor, granted, allowed) in table {
            assert_eq!(actor.may_grant(granted), allowed, "{actor} grants {granted}");
        }
    }
}
