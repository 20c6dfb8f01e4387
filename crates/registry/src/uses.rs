//! When credentials and applications were last used: noted in memory by each request, written down now and then.
//!
//! A write per request would double the work of a look-up for a column that is shown in minutes. A server that is killed
//! forgets the last seconds of it, nothing else.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use database::schema::{application, credential};
use database::{Id, Timestamp, kind};
use diesel::prelude::*;

use crate::error::Result;
use crate::scope::AppScope;
use crate::{Error, Registry};

/// Tenant, application and credential. Ordered, so that two servers that write down at the same time lock rows in the
/// same order.
type Key = (Id<kind::Tenant>, Id<kind::Application>, Id<kind::Credential>);

/// Uses not written down yet: one entry per credential.
#[derive(Default)]
pub(crate) struct Uses {
    latest: Mutex<BTreeMap<Key, Timestamp>>,
}

impl Uses {
    fn note(&self, key: Key, at: Timestamp) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = latest.entry(key).or_insert(at);
        *noted = at.max(*noted);
    }

    fn take(&self) -> BTreeMap<Key, Timestamp> {
        std::mem::take(&mut *self.latest.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Registry {
    /// Notes that a request was answered for this scope. Takes no time; [`Registry::flush_uses`] writes it down.
    pub fn note_use(&self, scope: &AppScope) {
        let key = (scope.tenant_id().clone(), scope.application_id().clone(), scope.credential_id().clone());
        self.inner.uses.note(key, self.now());
    }

    /// Writes down what was noted since the last time, in one transaction. What cannot be written stays noted.
    pub async fn flush_uses(&self) -> Result<()> {
        let uses = self.inner.uses.take();
        if uses.is_empty() {
            return Ok(());
        }
        let written = {
            let uses = uses.clone();
            self.inner.database.write(move |tx| write_down(tx, &uses)).await
        };
        if written.is_err() {
            for (key, at) in uses {
                self.inner.uses.note(key, at);
            }
        }
        written
    }
}

/// Times never go back: another server may have written a later one.
fn write_down(tx: &mut database::WriteTx<'_>, uses: &BTreeMap<Key, Timestamp>) -> Result<()> {
    let mut applications: BTreeMap<(&Id<kind::Tenant>, &Id<kind::Application>), Timestamp> = BTreeMap::new();
    for ((tenant, application), at) in uses.iter().map(|((tenant, application, _), at)| ((tenant, application), *at)) {
        let latest = applications.entry((tenant, application)).or_insert(at);
        *latest = at.max(*latest);
    }
    for ((tenant, application), at) in applications {
        diesel::update(application::table)
            .filter(application::tenant_id.eq(tenant).and(application::id.eq(application)))
            .filter(application::last_request_at.is_null().or(application::last_request_at.lt(at)))
            .set(application::last_request_at.eq(at))
            .execute(tx.connection())?;
    }
    for ((tenant, application, id), at) in uses {
        diesel::update(credential::table)
            .filter(credential::tenant_id.eq(tenant).and(credential::application_id.eq(application)))
            .filter(credential::id.eq(id))
            .filter(credential::last_used_at.is_null().or(credential::last_used_at.lt(*at)))
            .set(credential::last_used_at.eq(*at))
            .execute(tx.connection())?;
    }
    Ok::<_, Error>(())
}
