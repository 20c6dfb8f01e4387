//! What is sent: users as Okta writes them, about 1 kB each, told apart by a number.

use serde_json::{Value, json};

/// Names of a run of their own: a server that is measured twice has the first run's users.
#[derive(Clone)]
pub struct Names {
    pub run: String,
}

impl Names {
    pub fn user(&self, number: usize) -> String {
        format!("ada.lovelace.{number}.{}@corp.example.org", self.run)
    }

    pub fn external_id(&self, number: usize) -> String {
        format!("00u{}{number:013}", self.run)
    }

    pub fn group(&self, number: usize) -> String {
        format!("Engineering {} {number}", self.run)
    }

    /// A user; `revision` changes the profile and nothing that it is found by.
    pub fn user_body(&self, number: usize, revision: usize) -> String {
        let user_name = self.user(number);
        json!({
            "schemas": [
                "urn:ietf:params:scim:schemas:core:2.0:User",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
            ],
            "externalId": self.external_id(number),
            "userName": user_name,
            "name": { "givenName": "Ada", "familyName": format!("Lovelace {number}"), "middleName": "King" },
            "displayName": format!("Ada Lovelace {number}"),
            "title": format!("Analyst {revision}"),
            "emails": [
                { "value": user_name, "type": "work", "primary": true },
                { "value": format!("ada.{number}.{}@home.example.org", self.run), "type": "home", "primary": false }
            ],
            "phoneNumbers": [
                { "value": format!("+44 20 7946 {:04}", number % 10_000), "type": "work" },
                { "value": format!("+44 7700 90{:04}", revision % 10_000), "type": "mobile" }
            ],
            "addresses": [{
                "type": "work", "streetAddress": format!("{} St James's Square", number % 300 + 1),
                "locality": "London", "region": "Greater London", "postalCode": "SW1Y 4JH", "country": "GB",
                "primary": true
            }],
            "locale": "en-GB",
            "timezone": "Europe/London",
            "userType": "Employee",
            "active": true,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
                "employeeNumber": format!("{number:08}"), "costCenter": format!("CC-{}", number % 97),
                "organization": "Corp", "division": "Engines", "department": format!("Department {}", number % 61)
            }
        })
        .to_string()
    }

    pub fn group_body(&self, number: usize) -> String {
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": self.group(number) })
            .to_string()
    }
}

/// One operation of a PATCH.
pub fn patch(operation: &Value) -> String {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] }).to_string()
}

pub fn add_members<'a>(ids: impl Iterator<Item = &'a String>) -> String {
    let members: Vec<Value> = ids.map(|id| json!({ "value": id })).collect();
    patch(&json!({ "op": "add", "path": "members", "value": members }))
}

pub fn remove_member(id: &str) -> String {
    patch(&json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_about_a_kilobyte_and_keeps_its_names() {
        let names = Names { run: "r1".to_owned() };
        let (first, second) = (names.user_body(7, 0), names.user_body(7, 1));
        assert!((900..1_500).contains(&first.len()), "{}", first.len());
        assert_ne!(first, second);
        for kept in [names.user(7), names.external_id(7)] {
            assert!(first.contains(&kept) && second.contains(&kept));
        }
        assert!(!first.contains(&names.user(8)));
    }
}
