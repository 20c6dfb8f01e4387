//! A user's groups, read in the statement that reads the user: no second one for who is in no group, or in groups that are
//! in no other group. That is nearly everybody.
//!
//! Each look is by the whole of a key, one inside the other, so that no planner makes a join of it.

use database::schema::resource;
use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Nullable, Text};

use super::Membership;

/// What is read beside the columns of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// The groups that the resource is a member of: see [`memberships`].
    Groups,
    /// NULL, where nobody asks for them.
    Nothing,
}

/// Runs an expression with the column for a [`Beside`]: each is a type, by which its statement is known.
macro_rules! with_beside {
    ($beside:expr, $column:ident => $run:expr) => {
        match $beside {
            $crate::resource::member::Beside::Groups => {
                let $column = $crate::resource::member::BesideColumn::<true>;
                $run
            }
            $crate::resource::member::Beside::Nothing => {
                let $column = $crate::resource::member::BesideColumn::<false>;
                $run
            }
        }
    };
}
pub(crate) use with_beside;

/// The column for [`Beside::Groups`], or else that for [`Beside::Nothing`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct BesideColumn<const GROUPS: bool>;

/// One entry a group: id, whether that group is itself in a group, the number of characters of its name, the name.
const GROUPS_OF_RESOURCE: &str = "COALESCE((SELECT string_agg(entry.text, '') FROM (SELECT m.group_id || \
    CASE WHEN (SELECT above.group_id FROM group_member above WHERE above.tenant_id = m.tenant_id \
    AND above.application_id = m.application_id AND above.member_id = m.group_id LIMIT 1) IS NULL THEN ' 0 ' ELSE ' 1 ' END || \
    (SELECT CAST(length(COALESCE(g.display_name, '')) AS TEXT) || ' ' || COALESCE(g.display_name, '') FROM resource g \
    WHERE g.tenant_id = m.tenant_id AND g.application_id = m.application_id AND g.id = m.group_id AND g.deleted_at IS NULL) \
    AS text FROM group_member m WHERE m.tenant_id = resource.tenant_id AND m.application_id = resource.application_id \
    AND m.member_id = resource.id) entry), '')";

impl<DB: Backend, const GROUPS: bool> QueryFragment<DB> for BesideColumn<GROUPS> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_sql(if GROUPS { GROUPS_OF_RESOURCE } else { "NULL" });
        Ok(())
    }
}

impl<const GROUPS: bool> QueryId for BesideColumn<GROUPS> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const GROUPS: bool> Expression for BesideColumn<GROUPS> {
    type SqlType = Nullable<Text>;
}

impl<const GROUPS: bool> AppearsOnTable<resource::table> for BesideColumn<GROUPS> {}

impl<const GROUPS: bool> SelectableExpression<resource::table> for BesideColumn<GROUPS> {}

impl<const GROUPS: bool> ValidGrouping<()> for BesideColumn<GROUPS> {
    type IsAggregate = is_aggregate::No;
}

/// The groups that stand beside a resource, in the order of their ids. `None` if it takes more statements to know all of them: one is in
/// another group; or nobody asked.
pub(crate) fn memberships(beside: Option<&str>) -> Option<Vec<Membership>> {
    let (mut rest, mut memberships) = (beside?, Vec::new());
    while !rest.is_empty() {
        let (group_id, after) = rest.split_once(' ')?;
        let (is_nested, after) = after.split_once(' ')?;
        let (length, after) = after.split_once(' ')?;
        if is_nested != "0" {
            return None;
        }
        let length: usize = length.parse().ok()?;
        let end = after.char_indices().nth(length).map_or(after.len(), |(at, _)| at);
        let (display, after) = after.split_at_checked(end)?;
        memberships.push(Membership { group_id: group_id.to_owned(), display: display.to_owned(), is_direct: true });
        rest = after;
    }
    memberships.sort_unstable_by(|one, other| one.group_id.cmp(&other.group_id));
    Some(memberships)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_told_apart_whatever_the_names() {
        let read = |text: &str| {
            memberships(Some(text)).map(|found| {
                found.into_iter().map(|membership| (membership.group_id, membership.display)).collect::<Vec<_>>()
            })
        };
        let pair = |id: &str, name: &str| (id.to_owned(), name.to_owned());
        assert_eq!(read(""), Some(Vec::new()));
        assert_eq!(read("b 0 5 a 0 0a 0 3 äöü"), Some(vec![pair("a", "äöü"), pair("b", "a 0 0")]));
        assert_eq!(read("a 0 0 "), Some(vec![pair("a", "")]));
        assert_eq!(read("a 1 1 x"), None, "more is to be read");
        assert_eq!(memberships(None), None, "nobody asked");
        for broken in ["a", "a 0", "a 0 x y", "a 0 9 short"] {
            assert!(read(broken).is_none_or(|found| found.len() == 1), "{broken}");
        }
    }
}
