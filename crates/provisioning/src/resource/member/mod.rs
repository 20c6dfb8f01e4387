//! Membership of groups: a table, changed by set operations on the rows that a request names.
//!
//! A PATCH that adds one member to a group of 100,000 touches one row; two clients that change one group at the same time
//! cannot lose each other's members, because nothing is read, altered and written back.
//!
//! Members are users and groups of the same application. What follows from groups in groups is in [`nesting`], read only
//! where there are any: the usual application has none. Deliberately not here: the forms in which clients say what they
//! want (`operation::member_operations`), and the words of the report (`operation::member_words`).

mod beside;
mod changes;
mod nesting;
mod read;
mod write;

use diesel::prelude::*;
use registry::AppScope;

pub(crate) use beside::{Beside, BesideColumn, memberships as memberships_beside, with_beside};
pub(crate) use changes::MemberChanges;
pub(crate) use nesting::Nesting;
pub(crate) use read::{Members, count_up_to, groups_of, ids_of_group, memberships_of, named, of_group, of_groups};
pub(crate) use write::{add, leave_all, remove, replace};

/// So many ids go into one statement: below the bind limits of both databases.
pub(crate) const CHUNK: usize = 500;

/// All memberships of an application.
macro_rules! memberships {
    ($owner:expr) => {
        database::schema::group_member::table
            .filter(database::schema::group_member::tenant_id.eq($owner.tenant_id()))
            .filter(database::schema::group_member::application_id.eq($owner.application_id()))
    };
}
use memberships;

/// Whose groups are meant. Made from the scope of a client's credential; the dashboard, whose scope is a whole tenant,
/// makes it from a group or user of that tenant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner<'a> {
    tenant_id: &'a str,
    application_id: &'a str,
}

impl<'a> Owner<'a> {
    /// An application of the tenant of a scope.
    pub fn new(tenant_id: &'a str, application_id: &'a str) -> Self {
        Owner { tenant_id, application_id }
    }

    /// The application of a scope.
    pub fn of(scope: &'a AppScope) -> Self {
        Owner { tenant_id: scope.tenant_id().as_str(), application_id: scope.application_id().as_str() }
    }

    pub fn tenant_id(self) -> &'a str {
        self.tenant_id
    }

    pub fn application_id(self) -> &'a str {
        self.application_id
    }
}

/// A member as a representation and the report show it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub(crate) struct Member {
    pub id: String,
    pub resource_type: String,
    pub display_name: Option<String>,
    pub user_name: Option<String>,
}

impl Member {
    /// `display` of RFC 7643 §4.2: the name that the member goes by now.
    pub fn display(&self) -> &str {
        self.display_name.as_deref().or(self.user_name.as_deref()).unwrap_or_default()
    }
}

/// A group that a resource is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Membership {
    pub group_id: String,
    pub display: String,
    /// Through the group's own members, not through a group in it.
    pub is_direct: bool,
}

/// One order for all writers, so that two of them never wait for each other in a circle.
fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
