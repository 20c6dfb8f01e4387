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

/// When a credential was last used.
#[derive(Clone, Copy)]
struct Use {
    at: Timestamp,
    /// A user's own credential says nothing about whether the application's client is there.
    by_user: bool,
}

/// Uses not written down yet: one entry per credential.
#[derive(Default)]
pub(crate) struct Uses {
    latest: Mutex<BTreeMap<Key, Use>>,
}

impl Uses {
    fn note(&self, key: Key, latest_use: Use) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = latest.entry(key).or_insert(latest_use);
        noted.at = latest_use.at.max(noted.at);
    }

    fn take(&self) -> BTreeMap<Key, Use> {
        std::mem::take(&mut *self.latest.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Registry {
    /// Notes that a request was answered for this scope. Takes no time; [`Registry::flush_uses`] writes it down.
    pub fn note_use(&self, scope: &AppScope) {
        let key = (scope.tenant_id().clone(), scope.application_id().clone(), scope.credential_id().clone());
        self.inner.uses.note(key, Use { at: self.now(), by_user: scope.subject().is_some() });
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
            for (key, latest_use) in uses {
                self.inner.uses.note(key, latest_use);
            }
        }
        written
    }
}

/// Times never go back: another server may have written a later one.
fn write_down(tx: &mut database::WriteTx<'_>, uses: &BTreeMap<Key, Use>) -> Result<()> {
    let mut applications: BTreeMap<(&Id<kind::Tenant>, &Id<kind::Application>), Timestamp> = BTreeMap::new();
    let by_client = uses.iter().filter(|(_, latest_use)| !latest_use.by_user);
    for ((tenant, application), at) in
        by_client.map(|((tenant, application, _), latest_use)| ((tenant, application), latest_use.at))
    {
        let latest = applications.entry((tenant, application)).or_insert(at);
        *latest = at.max(*latest);
    }
    for ((tenant, application), at) in applications {
        diesel::update(application::table)
            .filter(application::tenant_id.eq(tenant).and(application::id.eq(application)))
            .filter(application::last_request_at.is_null().or(application::last_request_at.lt(at)))
            .set(application::last_request_at.eq(at))
            .execute(tx.connection()?)?;
    }
    for ((tenant, application, id), Use { at, .. }) in uses {
        diesel::update(credential::table)
            .filter(credential::tenant_id.eq(tenant).and(credential::application_id.eq(application)))
            .filter(credential::id.eq(id))
            .filter(credential::last_used_at.is_null().or(credential::last_used_at.lt(*at)))
            .set(credential::last_used_at.eq(*at))
            .execute(tx.connection()?)?;
    }
    Ok::<_, Error>(())
}
