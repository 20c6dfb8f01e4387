//! Provisioning: what clients do to resources, what becomes of the tenant's directory, and the report of it all.
//!
//! | folder | for |
//! |---|---|
//! | `operation` | the six operations of RFC 7644 §3, one file each, one transaction each |
//! | `resource` | a User or Group as one client wrote it: row, keys, members, what the client reads back |
//! | `search` | queries: candidates by SQL, decided by the evaluator |
//! | `directory` | the tenant's own record of a person; matching, mapping, deprovisioning; users, groups and other resources for the dashboard |
//! | `event` | the report: rows, search, detail, advice |
//! | `consistency` | whether the rows of a tenant agree with each other |
//!
//! Every function takes a scope that only a valid credential or a signed-in administrator can make; none takes a bare
//! tenant or application id. Deliberately not here: HTTP (crate `scim-endpoint`), pages (crate `dashboard`), what a SCIM
//! document means (crate `scim-model`), applications and credentials (crate `registry`).

mod call;
mod consistency;
mod directory;
mod error;
mod event;
mod operation;
mod page;
mod reject_limit;
mod resource;
mod search;

pub use call::Call;
pub use consistency::Consistency;
pub use directory::groups::{GroupDetail, GroupRow, GroupSearch, MemberRow};
pub use directory::nested::{NestedMemberRow, NestedMembers};
pub use directory::resources::{ResourceDetail, ResourceLine, ResourcePage, ResourceSearch};
pub use directory::users::{Counts, UserDetail, UserGroup, UserRow, UserSearch, UserSource, UserStatus};
pub use error::Error;
pub use event::advice::{Advice, AdviceLink, reason as reason_words};
pub use event::detail::EventDetail;
pub use event::kind::{Operation, Outcome};
pub use event::record::{Change, Step};
pub use event::report::{Bucket, EventReport, EventRow, EventSearch, Reason};
pub use event::retention::IdentifierWalk;
pub use event::timeline::{Milestone, Milestones, Subject};
pub use operation::{Answer, Creation, IfMatch, Queried, QueryAt, Read, Refusal};
pub use page::{PageOf, Total};
pub use resource::parts::Parts;
pub use resource::representation::Representation;

use database::Database;
use measure::{Kind, Text};
use registry::{AppScope, Feature, Registry};
use scim_model::Limits;

use crate::event::recorder::Recorder;
use crate::reject_limit::RejectLimit;
use crate::search::crawl::Crawl;

/// The domain: cheap to clone, one per process.
#[derive(Clone)]
pub struct Provisioning {
    database: Database,
    registry: Registry,
    limits: Limits,
    recorder: Recorder,
    crawl: Crawl,
    rejections: RejectLimit,
}

impl Provisioning {
    /// The domain over one database.
    pub fn new(database: Database, registry: Registry, limits: Limits) -> Self {
        Provisioning {
            database,
            registry,
            limits,
            recorder: Recorder::default(),
            crawl: Crawl::default(),
            rejections: RejectLimit::default(),
        }
    }

    /// The limits that are enforced and advertised.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The limits for one application's client.
    fn limits_of(&self, scope: &AppScope) -> Limits {
        let schemas_required = scope.settings().features.is_on(Feature::RequireSchemas);
        Limits { schemas_required, ..self.limits.clone() }
    }

    /// Writes the report rows of answered questions that still wait in memory. The server calls this regularly and before
    /// it stops.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn flush_report(&self) -> Result<(), Error> {
        self.recorder.flush(&self.database).await
    }

    /// Waits until so many report rows wait in memory that they are worth a transaction. The server then calls
    /// [`Provisioning::flush_full_report`].
    pub async fn report_fills(&self) {
        self.recorder.filled().await;
    }

    /// Writes the report rows that are worth a transaction by now; a few go on waiting.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn flush_full_report(&self) -> Result<(), Error> {
        self.recorder.flush_full(&self.database).await
    }

    /// Makes the months that rows of the report will go into, where the database keeps months apart. The server calls this
    /// regularly.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn make_room_for_events(&self) -> Result<usize, Error> {
        Ok(self.database.make_event_partitions().await?)
    }

    /// What it counts about itself, for Prometheus.
    pub fn write_metrics(&self, text: &mut Text) {
        let (waiting, since, dropped) = self.recorder.state();
        let name = "rollcall_report_rows_waiting";
        text.single(name, Kind::Gauge, "Rows of the report that wait in memory to be written.", waiting);
        let name = "rollcall_report_lag_seconds";
        let now_ms = self.database.now().as_milliseconds();
        let lag_ms = since.map_or(0, |since| now_ms.saturating_sub(since.as_milliseconds()).max(0));
        #[expect(clippy::cast_precision_loss, reason = "a lag is short")]
        let lag_s = lag_ms as f64 / 1e3;
        text.single(name, Kind::Gauge, "Age of the oldest row of the report that waits in memory.", lag_s);
        let name = "rollcall_report_rows_dropped_total";
        text.single(name, Kind::Counter, "Rows of the report that were not kept, because too many waited.", dropped);
    }
}
