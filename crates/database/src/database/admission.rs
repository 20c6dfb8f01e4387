//! Who gets to a connection, and when: the fair line of tenants, room for large answers, the hop to a blocking thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::Instrument;

use super::{Database, elapsed_us};
use crate::fair::Party;
use crate::fair::gate::{Gate, Place};
use crate::room::{PATIENCE, Room};
use crate::{Error, Id, ReadTx, kind};

impl Database {
    /// The same database, asked on behalf of a tenant: who has to wait stands in that tenant's line, and places go round
    /// the lines.
    #[must_use]
    pub fn of_tenant(&self, id: &Id<kind::Tenant>) -> Database {
        Database { shared: Arc::clone(&self.shared), party: Party::tenant(id.as_str()) }
    }

    /// As [`Database::of_tenant`], for one who only claims to belong to a tenant.
    #[must_use]
    pub fn of_stranger(&self, claimed_tenant: &str) -> Database {
        Database { shared: Arc::clone(&self.shared), party: Party::stranger(claimed_tenant) }
    }

    /// As [`Database::read`], for what may become a large answer: `work` asks for [`Room`] once it knows. Where there is
    /// none it is run again, from its beginning, as soon as there is.
    pub async fn read_large<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut ReadTx<'_>, &mut Room) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let mut room = Room::new(&self.shared.large);
        loop {
            let shared = Arc::clone(&self.shared);
            let once = move || {
                let result = shared.read(|tx| work(tx, &mut room));
                Ok::<_, E>((work, room, result))
            };
            let result;
            (work, room, result) = self.blocking(once).instrument(tracing::debug_span!("db.read")).await?;
            if !room.was_refused() {
                return result;
            }
            room.with(self.admit(&self.shared.large, self.shared.busy_timeout() * PATIENCE).await?);
        }
    }

    /// A place inside. Those of one party get in in the order of asking.
    async fn admit(&self, gate: &Arc<Gate>, patience: Duration) -> Result<Place, Error> {
        let metrics = &self.shared.metrics;
        // The usual case looks at no clock.
        if let Some(place) = gate.try_enter() {
            return Ok(place);
        }
        let Ok(waiting) = gate.line_up(self.party) else {
            metrics.refused.increment();
            return Err(Error::Busy);
        };
        let (_waiting, began) = (metrics.waiting.enter(), Instant::now());
        let admitted = tokio::time::timeout(patience, waiting.place()).await;
        metrics.waits.observe(elapsed_us(began));
        match admitted {
            Ok(Some(place)) => Ok(place),
            Ok(None) => Err(Error::unavailable("the database is closed")),
            Err(_elapsed) => {
                metrics.refused.increment();
                Err(Error::Busy)
            }
        }
    }

    /// Admits `work` and runs it on a thread that may block, in the current span.
    pub(super) async fn blocking<T, E>(&self, work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let place = self.admit(&self.shared.gate, self.shared.busy_timeout()).await?;
        let span = tracing::Span::current();
        #[expect(clippy::disallowed_methods, reason = "this is the one hop to a blocking thread")]
        let running = tokio::task::spawn_blocking(move || {
            let result = span.in_scope(work);
            // Only now: a caller that stopped waiting must not let another one in while its connection is in use.
            drop(place);
            result
        });
        running.await.unwrap_or_else(|_stopped| Err(Error::unavailable("the program is stopping").into()))
    }
}
