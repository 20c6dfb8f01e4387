//! Which rows of the report are meant, apart from when and about whom: as a condition on rows and as one on counts.

use database::MultiBackend;
use database::schema::{event_count as count_table, provisioning_event as event_table};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::event::kind::{Operation, Outcome};

pub(crate) type OnRows<'a> = Box<dyn BoxableExpression<event_table::table, MultiBackend, SqlType = Bool> + 'a>;
pub(crate) type OnCounts<'a> = Box<dyn BoxableExpression<count_table::table, MultiBackend, SqlType = Bool> + 'a>;

/// What rows have in common. Empty and `None` do not narrow.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub tenant_id: String,
    pub applications: Option<Vec<String>>,
    /// One of these.
    pub operations: Vec<Operation>,
    /// Any but this one.
    pub but: Option<Operation>,
    pub outcome: Option<Outcome>,
    pub error_code: Option<String>,
}

impl Filter {
    /// Whether it takes only some of the tenant's rows.
    pub fn narrows(&self) -> bool {
        self.applications.is_some()
            || !self.operations.is_empty()
            || self.but.is_some()
            || self.outcome.is_some()
            || self.error_code.is_some()
    }

    /// Whether it takes a row with these values.
    pub fn takes(&self, application_id: &str, operation: &str, outcome: &str, error_code: Option<&str>) -> bool {
        self.applications.as_ref().is_none_or(|taken| taken.iter().any(|id| id == application_id))
            && (self.operations.is_empty() || self.operations.iter().any(|taken| taken.as_str() == operation))
            && self.but.is_none_or(|but| but.as_str() != operation)
            && self.outcome.is_none_or(|taken| taken.as_str() == outcome)
            && self.error_code.as_deref().is_none_or(|taken| error_code == Some(taken))
    }

    /// For `provisioning_event`.
    pub fn on_rows(&self) -> OnRows<'_> {
        let mut condition: OnRows<'_> = Box::new(event_table::tenant_id.eq(self.tenant_id.as_str()));
        if let Some(applications) = &self.applications {
            condition = Box::new(condition.and(event_table::application_id.eq_any(applications)));
        }
        if !self.operations.is_empty() {
            condition = Box::new(condition.and(event_table::operation.eq_any(self.operation_names())));
        }
        if let Some(but) = self.but {
            condition = Box::new(condition.and(event_table::operation.ne(but.as_str())));
        }
        if let Some(outcome) = self.outcome {
            condition = Box::new(condition.and(event_table::outcome.eq(outcome.as_str())));
        }
        if let Some(error_code) = &self.error_code {
            condition = Box::new(condition.and(event_table::error_code.eq(error_code).assume_not_null()));
        }
        condition
    }

    /// For `event_count`.
    pub fn on_counts(&self) -> OnCounts<'_> {
        let mut condition: OnCounts<'_> = Box::new(count_table::tenant_id.eq(self.tenant_id.as_str()));
        if let Some(applications) = &self.applications {
            condition = Box::new(condition.and(count_table::application_id.eq_any(applications)));
        }
        if !self.operations.is_empty() {
            condition = Box::new(condition.and(count_table::operation.eq_any(self.operation_names())));
        }
        if let Some(but) = self.but {
            condition = Box::new(condition.and(count_table::operation.ne(but.as_str())));
        }
        if let Some(outcome) = self.outcome {
            condition = Box::new(condition.and(count_table::outcome.eq(outcome.as_str())));
        }
        if let Some(error_code) = &self.error_code {
            condition = Box::new(condition.and(count_table::error_code.eq(error_code)));
        }
        condition
    }

    fn operation_names(&self) -> Vec<&'static str> {
        self.operations.iter().map(|operation| operation.as_str()).collect()
    }
}
