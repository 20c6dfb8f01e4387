//! Entra ID's side of the data, and the settings of the provisioning configuration.

use crate::seeded::Seeded;

/// How PATCH requests are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// As the service writes by default: capital operation names, one operation per attribute, booleans as text, members removed by value.
    WithoutFlag,
    /// With `?aadOptscim062020` on the tenant URL: small operation names, attributes gathered in one operation without a path, booleans,
    /// members removed by a filter.
    WithFlag,
    /// As `WithoutFlag`, and as old captures and jobs from before December 2018 have it: `$ref: null` also in removals, `Add active`, a dot
    /// behind the URN of the extension, wrapped single values, and members of the message that no specification knows.
    Older,
}

/// The attribute by which a user is looked for on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    UserName,
    ExternalId,
    WorkEmail,
}

impl Matching {
    /// As it stands in the filter.
    pub(super) fn attribute(self) -> &'static str {
        match self {
            Self::UserName => "userName",
            Self::ExternalId => "externalId",
            Self::WorkEmail => "emails[type eq \"work\"].value",
        }
    }

    /// What a user has there.
    pub(super) fn value(self, user: &EntraUser) -> &str {
        match self {
            Self::UserName => &user.user_name,
            Self::ExternalId => &user.mail_nickname,
            Self::WorkEmail => user.work_email.as_deref().unwrap_or_default(),
        }
    }
}

/// A person with the attributes that the default mappings send. `None` is null in Entra ID, and null is not sent in an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntraUser {
    /// Entra ID's own key; not sent unless mapped.
    pub object_id: String,
    pub user_name: String,
    /// Sent as `externalId`.
    pub mail_nickname: String,
    pub active: bool,
    pub display_name: String,
    pub given_name: String,
    pub family_name: String,
    pub title: Option<String>,
    pub preferred_language: Option<String>,
    pub work_email: Option<String>,
    pub work_phone: Option<String>,
    pub mobile_phone: Option<String>,
    pub address: Option<WorkAddress>,
    pub employee_number: Option<String>,
    pub department: Option<String>,
    pub roles: Roles,
}

/// The address of type work: five sub-attributes, each mapped for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkAddress {
    pub street_address: String,
    pub locality: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
}

/// The roles of the application that a person is assigned to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roles {
    None,
    /// Mapped to `roles[primary eq "True"].value`, `.display` and `.type`.
    One(String),
    /// Mapped to `roles`: each value is the JSON text of the role.
    Several(Vec<AppRole>),
}

/// A role of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRole {
    pub id: String,
    pub value: String,
    pub display_name: String,
}

impl EntraUser {
    /// Somebody active with a work e-mail equal to the user name; everything else null.
    pub fn new(object_id: &str, user_name: &str, given_name: &str, family_name: &str) -> Self {
        let nickname = user_name.split('@').next().unwrap_or(user_name);
        Self {
            object_id: object_id.to_owned(),
            user_name: user_name.to_owned(),
            mail_nickname: nickname.to_owned(),
            active: true,
            display_name: format!("{given_name} {family_name}"),
            given_name: given_name.to_owned(),
            family_name: family_name.to_owned(),
            title: None,
            preferred_language: None,
            work_email: Some(user_name.to_owned()),
            work_phone: None,
            mobile_phone: None,
            address: None,
            employee_number: None,
            department: None,
            roles: Roles::None,
        }
    }
}

/// A group in scope. Nested groups are not provisioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntraGroup {
    /// Sent as `externalId`.
    pub object_id: String,
    pub display_name: String,
    /// Object ids of its users.
    pub members: Vec<String>,
}

/// A random GUID, as the connection test looks for.
pub(super) fn guid(seeded: &mut Seeded) -> String {
    let digits = format!("{:016x}{:016x}", seeded.next_u64(), seeded.next_u64());
    let parts = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    parts.map(|(start, end)| digits.get(start..end).unwrap_or_default().to_owned()).join("-")
}
