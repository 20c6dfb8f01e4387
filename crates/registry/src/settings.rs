//! The settings of an application: one versioned document, and the memory of those in use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mapping::{BoundMapping, Mapping};
use scim_model::ResourceTypes;
use scim_model::schema::{Definitions, core};
use serde::{Deserialize, Serialize};

use crate::feature::{Feature, Features};

/// Everything about an application that a request is decided by. Kept as JSON; each save makes a new revision and the
/// earlier ones stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What the client may do.
    pub features: Features,
    /// Which SCIM attribute feeds which directory attribute.
    pub mapping: Mapping,
    /// Schemas and resource types that the application has beside those of RFC 7643.
    #[serde(default, skip_serializing_if = "Definitions::is_empty")]
    pub definitions: Definitions,
}

impl Settings {
    /// The resource types of an application with these settings.
    pub fn resource_types(&self) -> Arc<ResourceTypes> {
        let types = if self.definitions.is_empty() { core::types() } else { Arc::new(self.definitions.assembled()) };
        if self.features.is_on(Feature::UniqueGroupNames) { types } else { Arc::new(types.sharing_group_names()) }
    }
}

/// Settings together with what is made of them once, and used by each request.
#[derive(Debug)]
pub(crate) struct SettingsInForce {
    pub settings: Arc<Settings>,
    pub resource_types: Arc<ResourceTypes>,
    pub mapping: BoundMapping,
}

impl From<Settings> for SettingsInForce {
    fn from(settings: Settings) -> Self {
        let resource_types = settings.resource_types();
        let mapping = settings.mapping.bind(resource_types.user());
        SettingsInForce { settings: Arc::new(settings), resource_types, mapping }
    }
}

/// Settings already read, so that a request only reads them when they changed.
///
/// An entry is used only for the very revision it was read as, and a revision never changes once it is written: an entry
/// can be missing, but it cannot be out of date. Holds one revision per application and a bounded number of applications.
pub(crate) struct SettingsCache {
    entries: Mutex<HashMap<CacheKey, (i64, Arc<SettingsInForce>)>>,
    capacity: usize,
}

/// Tenant and application.
type CacheKey = (String, String);

impl SettingsCache {
    pub(crate) fn new(capacity: usize) -> Self {
        SettingsCache { entries: Mutex::new(HashMap::new()), capacity }
    }

    pub(crate) fn get(&self, tenant_id: &str, application_id: &str, revision: i64) -> Option<Arc<SettingsInForce>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (cached, settings) = entries.get(&(tenant_id.to_owned(), application_id.to_owned()))?;
        (*cached == revision).then(|| Arc::clone(settings))
    }

    pub(crate) fn put(&self, tenant_id: &str, application_id: &str, revision: i64, settings: Arc<SettingsInForce>) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant_id.to_owned(), application_id.to_owned());
        if entries.len() >= self.capacity && !entries.contains_key(&key) {
            // Which one goes does not matter: it is read again when it is needed.
            if let Some(victim) = entries.keys().next().cloned() {
                entries.remove(&victim);
            }
        }
        entries.insert(key, (revision, settings));
    }
}

#[cfg(test)]
mod tests {
    use super::{Settings, SettingsCache, SettingsInForce};
    use std::sync::Arc;

    fn in_force() -> Arc<SettingsInForce> {
        Arc::new(Settings::default().into())
    }

    #[test]
    fn another_revision_is_not_served() {
        let cache = SettingsCache::new(2);
        cache.put("t", "a", 1, in_force());
        assert!(cache.get("t", "a", 1).is_some());
        assert!(cache.get("t", "a", 2).is_none());
        assert!(cache.get("other", "a", 1).is_none());
        cache.put("t", "a", 2, in_force());
        assert!(cache.get("t", "a", 1).is_none());
    }

    #[test]
    fn the_number_of_entries_is_bounded() {
        let cache = SettingsCache::new(2);
        for application in ["a", "b", "c", "d"] {
            cache.put("t", application, 1, in_force());
        }
        let held = ["a", "b", "c", "d"].iter().filter(|application| cache.get("t", application, 1).is_some()).count();
        assert_eq!(held, 2);
        assert!(cache.get("t", "d", 1).is_some());
    }

    #[test]
    fn documents_survive_a_round_trip() {
        let settings = Settings::default();
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
    }
}
