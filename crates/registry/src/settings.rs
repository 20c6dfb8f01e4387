//! The settings of an application: one versioned document, and the memory of those in use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mapping::Mapping;
use serde::{Deserialize, Serialize};

use crate::feature::Features;

/// Everything about an application that a request is decided by. Kept as JSON; each save makes a new revision and the
/// earlier ones stay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// What the client may do.
    pub features: Features,
    /// Which SCIM attribute feeds which directory attribute.
    pub mapping: Mapping,
}

/// Settings already read, so that a request only reads them when they changed.
///
/// An entry is used only for the very revision it was read as, and a revision never changes once it is written: an entry
/// can be missing, but it cannot be out of date. Holds one revision per application and a bounded number of applications.
pub(crate) struct SettingsCache {
    entries: Mutex<HashMap<CacheKey, (i64, Arc<Settings>)>>,
    capacity: usize,
}

/// Tenant and application.
type CacheKey = (String, String);

impl SettingsCache {
    pub(crate) fn new(capacity: usize) -> Self {
        SettingsCache { entries: Mutex::new(HashMap::new()), capacity }
    }

    pub(crate) fn get(&self, tenant_id: &str, application_id: &str, revision: i64) -> Option<Arc<Settings>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (cached, settings) = entries.get(&(tenant_id.to_owned(), application_id.to_owned()))?;
        (*cached == revision).then(|| Arc::clone(settings))
    }

    pub(crate) fn put(&self, tenant_id: &str, application_id: &str, revision: i64, settings: Arc<Settings>) {
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
    use super::{Settings, SettingsCache};
    use std::sync::Arc;

    #[test]
    fn another_revision_is_not_served() {
        let cache = SettingsCache::new(2);
        cache.put("t", "a", 1, Arc::default());
        assert!(cache.get("t", "a", 1).is_some());
        assert!(cache.get("t", "a", 2).is_none());
        assert!(cache.get("other", "a", 1).is_none());
        cache.put("t", "a", 2, Arc::default());
        assert!(cache.get("t", "a", 1).is_none());
    }

    #[test]
    fn the_number_of_entries_is_bounded() {
        let cache = SettingsCache::new(2);
        for application in ["a", "b", "c", "d"] {
            cache.put("t", application, 1, Arc::default());
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
