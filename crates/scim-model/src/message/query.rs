//! What a query asks for (RFC 7644 §3.4.2, RFC 9865 §2), and its parameters in a URL. The same from the body of a search
//! is in [`search`](super::search).

use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::sort::SortOrder;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The filter text.
    pub filter: Option<String>,
    /// Path of the attribute to sort by.
    pub sort_by: Option<String>,
    /// Says something only together with [`Query::sort_by`].
    pub sort_order: SortOrder,
    /// Where the page begins.
    pub start: Start,
    /// Most results to return; 0 asks for the total only.
    pub count: u64,
    /// Attributes to return.
    pub attributes: Option<String>,
    /// Attributes to leave out.
    pub excluded_attributes: Option<String>,
}

/// Where a page begins, and with that the method of paging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// 1-based position of the first result, 1 or more.
    Index(u64),
    /// A cursor as it was given with another page; empty for the first page.
    Cursor(String),
}

impl Query {
    /// From decoded query parameters. Names may be in any case, unknown ones are ignored, an empty value counts as absent;
    /// but an empty filter is an error, as the full list is not what was asked for, and an empty cursor begins a list.
    pub fn parse<K: AsRef<str>, V: AsRef<str>>(
        parameters: impl IntoIterator<Item = (K, V)>,
        limits: &Limits,
    ) -> Result<Self, ScimError> {
        let mut draft = Draft::new(limits);
        for (name, value) in parameters {
            if let Some(parameter) = Parameter::from_name(name.as_ref()) {
                draft.set(parameter, value.as_ref())?;
            }
        }
        draft.finish()
    }
}

/// A query of which not all parameters have been read.
pub(super) struct Draft<'a> {
    limits: &'a Limits,
    query: Query,
    start_index: Option<u64>,
    cursor: Option<String>,
}

impl<'a> Draft<'a> {
    pub fn new(limits: &'a Limits) -> Self {
        let query = Query {
            filter: None,
            sort_by: None,
            sort_order: SortOrder::Ascending,
            start: Start::Index(1),
            count: limits.max_results,
            attributes: None,
            excluded_attributes: None,
        };
        Self { limits, query, start_index: None, cursor: None }
    }

    pub fn set(&mut self, parameter: Parameter, value: &str) -> Result<(), ScimError> {
        let value = value.trim();
        let query = &mut self.query;
        match parameter {
            Parameter::Filter if value.is_empty() => {
                return Err(ScimError::invalid_filter("the filter is empty; leave it out to list everything"));
            }
            Parameter::Cursor => self.cursor = Some(value.to_owned()),
            _ if value.is_empty() => {}
            Parameter::Filter => query.filter = Some(value.to_owned()),
            Parameter::SortBy => query.sort_by = Some(value.to_owned()),
            Parameter::SortOrder => query.sort_order = SortOrder::parse(value)?,
            // RFC 7644 §3.4.2.4: below 1 is 1, a negative count is 0.
            Parameter::StartIndex => self.start_index = Some(number("startIndex", value)?.max(1)),
            Parameter::Count => query.count = number("count", value)?.min(self.limits.max_results),
            Parameter::Attributes => query.attributes = Some(value.to_owned()),
            Parameter::ExcludedAttributes => query.excluded_attributes = Some(value.to_owned()),
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<Query, ScimError> {
        self.query.start = match (self.start_index, self.cursor) {
            (Some(_), Some(_)) => {
                return Err(ScimError::invalid_value(
                    "startIndex and cursor exclude each other: one pages by position, the other by cursor",
                ));
            }
            (start_index, None) => Start::Index(start_index.unwrap_or(1)),
            (None, Some(cursor)) => Start::Cursor(cursor),
        };
        Ok(self.query)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    Filter,
    SortBy,
    SortOrder,
    StartIndex,
    Count,
    Cursor,
    Attributes,
    ExcludedAttributes,
}

impl Parameter {
    pub fn from_name(name: &str) -> Option<Self> {
        [
            ("filter", Self::Filter),
            ("sortBy", Self::SortBy),
            ("sortOrder", Self::SortOrder),
            ("startIndex", Self::StartIndex),
            ("count", Self::Count),
            ("cursor", Self::Cursor),
            ("attributes", Self::Attributes),
            ("excludedAttributes", Self::ExcludedAttributes),
        ]
        .into_iter()
        .find_map(|(known, parameter)| known.eq_ignore_ascii_case(name).then_some(parameter))
    }
}

/// A whole number; negative ones are 0, and those that are too large the largest there is.
fn number(name: &str, value: &str) -> Result<u64, ScimError> {
    let (is_negative, digits) = match value.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, value),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ScimError::invalid_value(format!("{name} must be a whole number")));
    }
    Ok(if is_negative { 0 } else { digits.parse().unwrap_or(u64::MAX) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::error::ScimType;

    /// Filter, start index, count, attributes, excluded attributes.
    type Fields<'a> = (Option<&'a str>, u64, u64, Option<&'a str>, Option<&'a str>);

    fn parse(parameters: &[(&str, &str)]) -> Result<Query, ScimError> {
        Query::parse(parameters.iter().copied(), &Limits::default())
    }

    fn check(parameters: &[(&str, &str)], expected: Option<Fields<'_>>) {
        let query = parse(parameters);
        let found = query.as_ref().ok().map(|query| {
            let Start::Index(start_index) = query.start else { panic!("{parameters:?}") };
            (
                query.filter.as_deref(),
                start_index,
                query.count,
                query.attributes.as_deref(),
                query.excluded_attributes.as_deref(),
            )
        });
        assert_eq!(found, expected, "{parameters:?}");
    }

    #[test]
    fn parameters() {
        check(&[], Some((None, 1, 200, None, None)));
        check(&[("startIndex", "1"), ("count", "2")], Some((None, 1, 2, None, None)));
        check(&[("startIndex", "0"), ("count", "0")], Some((None, 1, 0, None, None)));
        check(&[("startindex", "-5"), ("COUNT", "-1")], Some((None, 1, 0, None, None)));
        check(&[("startIndex", "99999999999999999999"), ("count", "1000")], Some((None, u64::MAX, 200, None, None)));
        check(&[("startIndex", ""), ("count", " "), ("attributes", "")], Some((None, 1, 200, None, None)));
        check(
            &[("filter", "a eq \"b\""), ("attributes", "a,b"), ("sortBy", "x"), ("aadOptscim062020", "")],
            Some((Some("a eq \"b\""), 1, 200, Some("a,b"), None)),
        );
        check(&[("excludedAttributes", "members")], Some((None, 1, 200, None, Some("members"))));
        for (name, value) in [
            ("count", "ten"),
            ("count", "1.5"),
            ("startIndex", "1e3"),
            ("count", "-"),
            ("count", "+1"),
            ("sortOrder", "down"),
        ] {
            check(&[(name, value)], None);
        }
    }

    #[test]
    fn sorting_and_cursors() {
        for (parameters, sort_by, sort_order, start) in [
            (&[][..], None, SortOrder::Ascending, Start::Index(1)),
            (&[("sortBy", "userName")], Some("userName"), SortOrder::Ascending, Start::Index(1)),
            (
                &[("SORTBY", " name.givenName "), ("sortorder", "Descending")],
                Some("name.givenName"),
                SortOrder::Descending,
                Start::Index(1),
            ),
            (&[("sortBy", ""), ("sortOrder", "")], None, SortOrder::Ascending, Start::Index(1)),
            (&[("cursor", "")], None, SortOrder::Ascending, Start::Cursor(String::new())),
            (&[("Cursor", "x"), ("startIndex", "")], None, SortOrder::Ascending, Start::Cursor("x".to_owned())),
        ] {
            let query = parse(parameters).unwrap();
            assert_eq!((query.sort_by.as_deref(), query.sort_order, query.start), (sort_by, sort_order, start));
        }
        for cursor in ["", "x"] {
            let error = parse(&[("cursor", cursor), ("startIndex", "1")]).unwrap_err();
            assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidValue)));
        }
    }

    /// A client whose filter came out empty asked for one user, not for everyone.
    #[test]
    fn an_empty_filter_is_not_the_full_list() {
        for parameters in [
            &[("filter", "")][..],
            &[("FILTER", "  "), ("startIndex", "1")],
            &[("filter", "userName eq \"a\""), ("filter", "")],
            &[("filter", ""), ("filter", "userName eq \"a\"")],
        ] {
            let error = parse(parameters).unwrap_err();
            assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidFilter)), "{parameters:?}");
        }
    }
}
