//! Where each client's crawl left off, so that its next page is a seek and not a count from the start.
//!
//! Only a hint: a page that is not known here is found by position. Lost on restart, not shared between nodes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// More crawls than this are not remembered at once; an import needs one entry.
const REMEMBERED: usize = 4_096;

/// Application, resource type and position of a page.
type Place = (String, String, u64);

/// The places where pages ended. Cheap to clone; all clones share them.
#[derive(Clone, Default)]
pub(crate) struct Crawl {
    ends: Arc<Mutex<HashMap<Place, String>>>,
}

impl Crawl {
    /// The id after which the page at `start_index` begins, if the page before was read through here. Taken once.
    pub fn take(&self, application_id: &str, resource_type: &str, start_index: u64) -> Option<String> {
        let place = (application_id.to_owned(), resource_type.to_owned(), start_index);
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).remove(&place)
    }

    /// Whether the beginning of the page at `start_index` is remembered.
    pub fn knows(&self, application_id: &str, resource_type: &str, start_index: u64) -> bool {
        let place = (application_id.to_owned(), resource_type.to_owned(), start_index);
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&place)
    }

    /// Remembers that the page at `start_index` begins after `id`.
    pub fn remember(&self, application_id: &str, resource_type: &str, start_index: u64, id: &str) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        if ends.len() >= REMEMBERED {
            ends.clear();
        }
        ends.insert((application_id.to_owned(), resource_type.to_owned(), start_index), id.to_owned());
    }
}
