//! What the database layer counts about itself: admission, connections, commits.
//!
//! Not here: how long an operation takes as a client sees it (`server`).

use measure::{Counter, Durations, Gauge, Histogram, Kind, Text};

/// Sizes of a group commit; the largest is the bound of the group.
const GROUP_SIZES: [u64; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// Kept by a `Database` and its writer. Atomic numbers only.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// Callers that wait for a free connection or for room for a large answer.
    pub waiting: Gauge,
    /// How long those waited that had to.
    pub waits: Durations,
    /// Callers that were told to come again.
    pub refused: Counter,
    /// Statements sent to PostgreSQL, BEGIN and COMMIT among them: each is a round trip. Not counted on SQLite.
    pub statements: Counter,
    /// Writes that were done again, as PostgreSQL had given them up for the sake of others.
    pub retries: Counter,
    /// Transactions that were kept.
    pub commits: Counter,
    /// Transactions that the database did not keep, though the work in them wanted it.
    pub failed_commits: Counter,
    /// Transactions from BEGIN to the end of COMMIT: a whole group on SQLite, one write on PostgreSQL.
    pub transactions: Durations,
    /// Writes in one transaction. Always one on PostgreSQL, where it is not shown.
    pub group: Histogram<{ GROUP_SIZES.len() }>,
    /// Pages in SQLite's write-ahead log when it was last looked at.
    pub log_pages: Gauge,
    /// How long SQLite's writer took each time to bring the last of the log into the file.
    pub checkpoints: Durations,
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics {
            waiting: Gauge::default(),
            waits: Durations::durations(),
            refused: Counter::new(),
            statements: Counter::new(),
            retries: Counter::new(),
            commits: Counter::new(),
            failed_commits: Counter::new(),
            transactions: Durations::durations(),
            group: Histogram::new(&GROUP_SIZES),
            log_pages: Gauge::default(),
            checkpoints: Durations::durations(),
        }
    }
}

/// What is only known by looking.
pub(crate) struct State {
    pub open_connections: u32,
    pub idle_connections: u32,
    pub max_connections: u32,
    /// SQLite only.
    pub writes_queued: Option<usize>,
}

impl Metrics {
    /// Puts everything into the text.
    pub fn write(&self, state: &State, text: &mut Text) {
        text.metric("rollcall_database_connections", Kind::Gauge, "Connections of the pool, by what they do.");
        let busy = state.open_connections.saturating_sub(state.idle_connections);
        text.sample("rollcall_database_connections", r#"state="busy""#, busy);
        text.sample("rollcall_database_connections", r#"state="idle""#, state.idle_connections);
        let name = "rollcall_database_connections_max";
        text.single(name, Kind::Gauge, "Most connections that the pool may have.", state.max_connections);
        let name = "rollcall_database_waiting";
        text.single(name, Kind::Gauge, "Callers that wait for a free connection.", self.waiting.get());
        let name = "rollcall_database_wait_seconds";
        text.metric(name, Kind::Histogram, "How long callers waited for a connection, those only that had to.");
        text.histogram(name, "", 1e6, &self.waits);
        let name = "rollcall_database_refused_total";
        text.single(
            name,
            Kind::Counter,
            "Callers that found no place in time and were told to retry.",
            self.refused.get(),
        );
        let name = "rollcall_database_transactions_total";
        text.metric(name, Kind::Counter, "Write transactions; failed are those that the database did not keep.");
        text.sample(name, r#"outcome="committed""#, self.commits.get());
        text.sample(name, r#"outcome="failed""#, self.failed_commits.get());
        let name = "rollcall_database_transaction_seconds";
        text.metric(name, Kind::Histogram, "Write transactions from begin to end of commit; on SQLite a whole group.");
        text.histogram(name, "", 1e6, &self.transactions);
        let name = "rollcall_database_statements_total";
        let help = "Statements sent to PostgreSQL, BEGIN and COMMIT among them: each is a round trip.";
        text.single(name, Kind::Counter, help, self.statements.get());
        let name = "rollcall_database_retries_total";
        let help = "Writes done again after PostgreSQL gave them up for the sake of others, or another was faster.";
        text.single(name, Kind::Counter, help, self.retries.get());
        if let Some(queued) = state.writes_queued {
            let name = "rollcall_writer_queued";
            text.single(name, Kind::Gauge, "Writes that wait for the SQLite writer.", queued);
            let name = "rollcall_writer_group_writes";
            text.metric(name, Kind::Histogram, "Writes that shared one commit of the SQLite writer.");
            text.histogram(name, "", 1.0, &self.group);
            let name = "rollcall_writer_log_pages";
            let help = "Pages in SQLite's write-ahead log when it was last looked at.";
            text.single(name, Kind::Gauge, help, self.log_pages.get());
            let name = "rollcall_writer_checkpoint_seconds";
            let help = "How long the SQLite writer took to bring the last pages of the log into the file.";
            text.metric(name, Kind::Histogram, help);
            text.histogram(name, "", 1e6, &self.checkpoints);
        }
    }
}
