//! What diesel tells about a connection to PostgreSQL while it is used: how many statements are sent, and whether PostgreSQL gave up
//! a transaction that may just be tried again.
//!
//! The work inside a transaction turns errors into its own; what was behind them is seen here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::PgConnection;
use diesel::connection::{Connection as _, Instrumentation, InstrumentationEvent, get_default_instrumentation};

use crate::Error;
use crate::metrics::Metrics;

/// What happened since [`Watch::start`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch {
    events: Arc<Events>,
}

#[derive(Debug, Default)]
struct Events {
    conflicted: AtomicBool,
    lost: AtomicBool,
}

impl Watch {
    /// Watches the connection as long as it is there, and counts what is sent over it.
    pub fn of(connection: &mut PgConnection, metrics: Arc<Metrics>) -> Self {
        let watch = Watch::default();
        let events = Arc::clone(&watch.events);
        // Only one can watch a connection: whoever watches all of them is told here.
        let mut default = get_default_instrumentation();
        connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            match &event {
                InstrumentationEvent::StartQuery { .. } => metrics.statements.increment(),
                InstrumentationEvent::FinishQuery { error: Some(error), .. } => events.note(error),
                _ => {}
            }
            if let Some(default) = &mut default {
                default.on_connection_event(event);
            }
        });
        watch
    }

    /// Forgets what happened before.
    pub fn start(&self) {
        self.events.conflicted.store(false, Ordering::Relaxed);
        self.events.lost.store(false, Ordering::Relaxed);
    }

    /// Whether PostgreSQL broke a deadlock or could not bring parallel transactions in an order: nothing is wrong with this
    /// one, and it can be done again.
    pub fn conflicted(&self) -> bool {
        self.events.conflicted.load(Ordering::Relaxed)
    }

    /// Whether the connection broke.
    pub fn lost(&self) -> bool {
        self.events.lost.load(Ordering::Relaxed)
    }
}

impl Events {
    fn note(&self, error: &diesel::result::Error) {
        if Error::is_conflict(error) {
            self.conflicted.store(true, Ordering::Relaxed);
        } else if Error::is_lost(error) {
            self.lost.store(true, Ordering::Relaxed);
        }
    }
}
