//! The validator's random values.

use crate::message::{CORE_GROUP, CORE_USER, ENTERPRISE_USER};
use crate::seeded::Seeded;
use serde_json::{Value, json};

/// Random letters, names and bodies.
pub(super) struct Random(Seeded);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(Seeded::new(seed))
    }

    /// Twelve capital letters.
    pub fn word(&mut self) -> String {
        let letters = (0..12).filter_map(|_| self.0.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ").copied());
        letters.map(char::from).collect()
    }

    /// An address that nobody else has.
    pub fn email(&mut self) -> String {
        format!("{}@{}.uk", self.word().to_lowercase(), self.word().to_lowercase())
    }

    /// The least a user can be.
    pub fn plain_user(&mut self) -> Value {
        json!({"schemas": [CORE_USER], "userName": self.email()})
    }

    /// A user with every attribute, each a random word unless a real value is usual.
    pub fn user(&mut self) -> Value {
        let mut phone = |kind: &str| json!({"type": kind, "value": self.word(), "primary": kind == "work"});
        let phones = [phone("work"), phone("mobile"), phone("fax")];
        json!({
            "schemas": [CORE_USER, ENTERPRISE_USER],
            "externalId": self.word(),
            "userName": self.email(),
            "active": true,
            "displayName": self.word(),
            "title": self.word(),
            "nickName": self.word(),
            "userType": self.word(),
            "locale": self.word(),
            "profileUrl": self.word(),
            "preferredLanguage": "sw-KE",
            "timezone": "Africa/Nairobi",
            "name": {
                "formatted": self.word(), "familyName": self.word(), "givenName": self.word(), "middleName": self.word(),
                "honorificPrefix": self.word(), "honorificSuffix": self.word(),
            },
            "emails": [{"type": "work", "value": self.email(), "primary": true}],
            "addresses": [{
                "type": "work", "formatted": self.word(), "streetAddress": self.word(), "locality": self.word(),
                "region": self.word(), "postalCode": self.word(), "country": "Belize", "primary": true,
            }],
            "phoneNumbers": phones,
            "roles": [{"primary": "True", "display": self.word(), "value": self.word(), "type": self.word()}],
            ENTERPRISE_USER: {
                "employeeNumber": self.word(), "department": self.word(), "costCenter": self.word(),
                "organization": self.word(), "division": self.word(), "manager": {"value": self.word()},
            },
        })
    }

    /// The operations of "Add Attributes": path and value of every attribute that a plain user lacks.
    pub fn attributes(&mut self) -> Vec<(String, Value)> {
        let mut attributes = vec![
            ("active".to_owned(), json!("True")),
            ("emails[type eq \"work\"].value".to_owned(), json!(self.email())),
            ("emails[type eq \"work\"].primary".to_owned(), json!("True")),
            ("preferredLanguage".to_owned(), json!("yo-NG")),
            ("timezone".to_owned(), json!("Asia/Thimphu")),
            ("addresses[type eq \"work\"].country".to_owned(), json!("Belize")),
        ];
        let core = ["displayName", "title", "userType", "nickName", "locale", "profileUrl", "externalId"];
        let name = ["formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"];
        let address = ["formatted", "streetAddress", "locality", "region", "postalCode"];
        let role = ["display", "value", "type"];
        let enterprise = ["employeeNumber", "costCenter", "organization", "division", "department", "manager"];
        let paths = core
            .map(str::to_owned)
            .into_iter()
            .chain(name.map(|part| format!("name.{part}")))
            .chain(address.map(|part| format!("addresses[type eq \"work\"].{part}")))
            .chain(["work", "mobile", "fax"].map(|kind| format!("phoneNumbers[type eq \"{kind}\"].value")))
            .chain(role.map(|part| format!("roles[primary eq \"True\"].{part}")))
            .chain(enterprise.map(|name| format!("{ENTERPRISE_USER}:{name}")));
        attributes.extend(paths.map(|path| (path, json!(self.word()))));
        attributes
    }

    /// A group without members.
    pub fn group(&mut self) -> Value {
        json!({"schemas": [CORE_GROUP], "displayName": self.word(), "externalId": self.word()})
    }
}
