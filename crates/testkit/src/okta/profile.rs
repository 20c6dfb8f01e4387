//! Okta's side of the data: people and groups as Okta holds them before any mapping.

/// A person in Okta, with the attributes this simulator maps. `None` means the attribute is not mapped (and left alone on an update);
/// an empty text means it is mapped but empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OktaUser {
    /// Okta's user id (`00u…`), sent as `externalId`.
    pub id: String,
    /// Sent as `userName`.
    pub login: String,
    pub given_name: String,
    pub middle_name: Option<String>,
    pub family_name: String,
    pub display_name: String,
    /// The primary work address.
    pub email: String,
    /// As Okta writes it today: `en-US`.
    pub locale: String,
    pub nick_name: Option<String>,
    pub title: Option<String>,
    pub user_type: Option<String>,
    /// Of type work. Empty: the entry is sent with its type and without a value, as Okta's default mappings do.
    pub work_phone: Option<String>,
    /// Of type mobile; empty as above.
    pub mobile_phone: Option<String>,
    pub address: Option<Address>,
    pub employment: Option<Employment>,
}

/// The address of type work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub street: String,
    pub locality: String,
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// What goes into the enterprise extension (RFC 7643 §4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employment {
    pub employee_number: String,
    pub cost_center: String,
    pub organization: String,
    pub division: String,
    pub department: String,
    pub manager: Option<Manager>,
}

/// A person's manager as Okta's mapping writes it: whatever the organisation uses as its key, here the manager's login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manager {
    pub value: String,
    pub display_name: String,
}

impl OktaUser {
    /// A person with nothing but the attributes Okta always has; everything else unmapped.
    pub fn new(id: &str, login: &str, given_name: &str, family_name: &str) -> Self {
        Self {
            id: id.to_owned(),
            login: login.to_owned(),
            given_name: given_name.to_owned(),
            middle_name: None,
            family_name: family_name.to_owned(),
            display_name: format!("{given_name} {family_name}"),
            email: login.to_owned(),
            locale: "en-US".to_owned(),
            nick_name: None,
            title: None,
            user_type: None,
            work_phone: None,
            mobile_phone: None,
            address: None,
            employment: None,
        }
    }
}

/// A group in Okta.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OktaGroup {
    /// Okta's group id (`00g…`); never sent.
    pub id: String,
    pub name: String,
    /// Okta ids of its members.
    pub members: Vec<String>,
}

/// Which of Okta's two integrations is played: they differ in the requests that change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An app of the App Integration Wizard: changes users and groups by PUT only.
    Aiw,
    /// An app from the catalogue: profiles by PUT, `active` and `password` by PATCH, groups by PATCH.
    Catalogue,
}
