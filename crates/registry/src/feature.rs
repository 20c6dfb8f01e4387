//! The provisioning features of an application: what its client may do, and how strictly the protocol is taken; switched
//! by an administrator.

use std::fmt;
use std::str::FromStr;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feature {
    /// Off: an unfiltered listing is refused, except the connection test. Look-ups and reads by id always work.
    ImportUsers,
    /// Off: `POST /Users` is refused.
    CreateUsers,
    /// Off: a change of any attribute but `active` is refused.
    UpdateUsers,
    /// Off: a change of `active` and `DELETE` are refused.
    DeactivateUsers,
    /// Off: a deactivated or deleted user is disabled here. On: it is deleted here.
    DeleteDeactivatedUsers,
    /// Off: every write on `/Groups` is refused.
    PushGroups,
    /// Off: a password in a body is ignored and noted.
    SyncPassword,
    /// Off: several groups may have one name. A matter of the protocol: RFC 7643 does not say, Okta and Entra ID need it on.
    UniqueGroupNames,
    /// Off: a body without `schemas` is taken for what its address says. A matter of the protocol: RFC 7643 §3 wants them.
    RequireSchemas,
}

impl Feature {
    /// Every feature, in the order in which they are shown.
    pub const ALL: [Feature; 9] = [
        Feature::ImportUsers,
        Feature::CreateUsers,
        Feature::UpdateUsers,
        Feature::DeactivateUsers,
        Feature::DeleteDeactivatedUsers,
        Feature::PushGroups,
        Feature::SyncPassword,
        Feature::UniqueGroupNames,
        Feature::RequireSchemas,
    ];

    /// Whether it is about how strictly the protocol is taken, not about what the client may do.
    pub fn is_about_protocol(self) -> bool {
        matches!(self, Feature::UniqueGroupNames | Feature::RequireSchemas)
    }

    /// The name used in URLs, commands and the stored document.
    pub fn name(self) -> &'static str {
        match self {
            Feature::ImportUsers => "import-users",
            Feature::CreateUsers => "create-users",
            Feature::UpdateUsers => "update-users",
            Feature::DeactivateUsers => "deactivate-users",
            Feature::DeleteDeactivatedUsers => "delete-deactivated-users",
            Feature::PushGroups => "push-groups",
            Feature::SyncPassword => "sync-password",
            Feature::UniqueGroupNames => "unique-group-names",
            Feature::RequireSchemas => "require-schemas",
        }
    }

    /// The name that people read.
    pub fn label(self) -> &'static str {
        match self {
            Feature::ImportUsers => "Import users",
            Feature::CreateUsers => "Create users",
            Feature::UpdateUsers => "Update users",
            Feature::DeactivateUsers => "Deactivate users",
            Feature::DeleteDeactivatedUsers => "Delete the Deactivated users",
            Feature::PushGroups => "Push groups",
            Feature::SyncPassword => "Sync password",
            Feature::UniqueGroupNames => "Unique group names",
            Feature::RequireSchemas => "Require schemas",
        }
    }

    /// What will happen when the switch stands so.
    pub fn sentence(self, on: bool) -> &'static str {
        match (self, on) {
            (Feature::ImportUsers, true) => "The client may list the users it has here, page by page.",
            (Feature::ImportUsers, false) => {
                "Listing all users is refused. The connection test, looking one user up and reading a user by id still work."
            }
            (Feature::CreateUsers, true) => "A user assigned at the source is created here.",
            (Feature::CreateUsers, false) => "Creating a user is refused. Users that exist here can still be linked.",
            (Feature::UpdateUsers, true) => "A profile changed at the source is changed here.",
            (Feature::UpdateUsers, false) => {
                "A changed profile is refused; only activating and deactivating go through."
            }
            (Feature::DeactivateUsers, true) => {
                "A user deactivated, unassigned or deleted at the source loses access here; one activated again gets it back."
            }
            (Feature::DeactivateUsers, false) => "Deactivating, reactivating and deleting a user are refused.",
            (Feature::DeleteDeactivatedUsers, true) => {
                "A user deactivated, unassigned or deleted at the source is deleted here. This cannot be undone."
            }
            (Feature::DeleteDeactivatedUsers, false) => {
                "A user deactivated, unassigned or deleted at the source is disabled here and keeps the profile."
            }
            (Feature::PushGroups, true) => "Groups pushed from the source are kept here with their members.",
            (Feature::PushGroups, false) => {
                "Creating, changing and deleting groups is refused. Groups can still be read."
            }
            (Feature::SyncPassword, true) => {
                "A password sent by the source is kept here, as a hash that cannot be read back."
            }
            (Feature::SyncPassword, false) => {
                "A password sent along with a user is ignored; a request that only sets a password is refused."
            }
            (Feature::UniqueGroupNames, true) => {
                "A second group of the same name is refused, so that Okta and Entra ID find one group by its name."
            }
            (Feature::UniqueGroupNames, false) => "Several groups may have the same name.",
            (Feature::RequireSchemas, true) => "A user or group sent without its schemas is refused, as SCIM asks.",
            (Feature::RequireSchemas, false) => {
                "A user or group sent without its schemas is taken for what its address says, and the report notes it."
            }
        }
    }

    /// How the switch stands on a new application.
    pub fn default_on(self) -> bool {
        !matches!(self, Feature::DeleteDeactivatedUsers | Feature::SyncPassword)
    }

    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A name that belongs to no feature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no feature \"{0}\": use import-users, create-users, update-users, deactivate-users, \
     delete-deactivated-users, push-groups, sync-password, unique-group-names or require-schemas"
)]
pub struct UnknownFeature(String);

impl FromStr for Feature {
    type Err = UnknownFeature;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Feature::ALL.into_iter().find(|feature| feature.name() == text).ok_or_else(|| UnknownFeature(text.to_owned()))
    }
}

/// How all switches of an application stand. As JSON: an object `{"import-users": true, …}`; a feature that the object
/// does not name stands as on a new application, and a name that this version does not know is passed over: servers of two versions
/// share one database while they are updated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Features(u16);

impl Features {
    /// Whether `feature` is on.
    pub fn is_on(self, feature: Feature) -> bool {
        self.0 & feature.bit() != 0
    }

    /// Switches `feature`.
    pub fn set(&mut self, feature: Feature, on: bool) {
        if on {
            self.0 |= feature.bit();
        } else {
            self.0 &= !feature.bit();
        }
    }
}

impl Default for Features {
    fn default() -> Self {
        let mut features = Features(0);
        for feature in Feature::ALL {
            features.set(feature, feature.default_on());
        }
        features
    }
}

impl fmt::Debug for Features {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(Feature::ALL.map(|feature| (feature.name(), self.is_on(feature)))).finish()
    }
}

impl Serialize for Features {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Feature::ALL.len()))?;
        for feature in Feature::ALL {
            map.serialize_entry(feature.name(), &self.is_on(feature))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Features {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FeaturesVisitor)
    }
}

struct FeaturesVisitor;

impl<'de> Visitor<'de> for FeaturesVisitor {
    type Value = Features;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of feature names and true or false")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Features, A::Error> {
        let mut features = Features::default();
        while let Some((name, on)) = map.next_entry::<String, bool>()? {
            if let Ok(feature) = name.parse() {
                features.set(feature, on);
            }
        }
        Ok(features)
    }
}

#[cfg(test)]
mod tests {
    use super::{Feature, Features};

    #[test]
    fn names_and_features_agree() {
        for feature in Feature::ALL {
            assert_eq!(feature.to_string().parse(), Ok(feature));
            assert_ne!(feature.sentence(true), feature.sentence(false));
        }
        assert!("Import users".parse::<Feature>().is_err());
    }

    #[test]
    fn a_new_application_has_all_but_two_on() {
        let off: Vec<&str> = Feature::ALL
            .into_iter()
            .filter(|feature| !Features::default().is_on(*feature))
            .map(Feature::name)
            .collect();
        assert_eq!(off, ["delete-deactivated-users", "sync-password"]);
    }

    #[test]
    fn each_switch_is_its_own() {
        for feature in Feature::ALL {
            let mut features = Features::default();
            features.set(feature, !feature.default_on());
            for other in Feature::ALL {
                assert_eq!(
                    features.is_on(other),
                    other.default_on() != (other == feature),
                    "{feature} changed {other}"
                );
            }
        }
    }

    #[test]
    fn documents_survive_a_round_trip_and_may_miss_features() {
        let mut features = Features::default();
        features.set(Feature::SyncPassword, true);
        let json = serde_json::to_string(&features).unwrap();
        assert_eq!(serde_json::from_str::<Features>(&json).unwrap(), features);
        assert_eq!(serde_json::from_str::<Features>("{}").unwrap(), Features::default());
        assert_eq!(serde_json::from_str::<Features>(r#"{"fly": true}"#).unwrap(), Features::default());
        assert!(serde_json::from_str::<Features>(r#"{"fly": 1}"#).is_err());
    }
}
