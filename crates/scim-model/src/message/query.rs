//! Parameters of a query (RFC 7644 §3.4.2) from a URL. Deliberately not here: the body of a search (§3.4.3), which is not
//! offered.

use crate::limits::Limits;
use crate::message::error::ScimError;

/// What a client asks for. Sorting is not offered, so `sortBy` and `sortOrder` are among the ignored parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The filter text.
    pub filter: Option<String>,
    /// 1-based position of the first result, 1 or more.
    pub start_index: u64,
    /// Most results to return; 0 asks for the total only.
    pub count: u64,
    /// Attributes to return.
    pub attributes: Option<String>,
    /// Attributes to leave out.
    pub excluded_attributes: Option<String>,
}

impl Query {
    /// From decoded query parameters. Names may be in any case, unknown ones are ignored, an empty value counts as absent;
    /// but an empty filter is an error, as the full list is not what was asked for.
    pub fn parse<K: AsRef<str>, V: AsRef<str>>(
        parameters: impl IntoIterator<Item = (K, V)>,
        limits: &Limits,
    ) -> Result<Self, ScimError> {
        let mut query = Self {
            filter: None,
            start_index: 1,
            count: limits.max_results,
            attributes: None,
            excluded_attributes: None,
        };
        for (name, value) in parameters {
            query.set(name.as_ref(), value.as_ref(), limits)?;
        }
        Ok(query)
    }

    fn set(&mut self, name: &str, value: &str, limits: &Limits) -> Result<(), ScimError> {
        let value = value.trim();
        let Some(parameter) = Parameter::from_name(name) else { return Ok(()) };
        match parameter {
            Parameter::Filter if value.is_empty() => {
                return Err(ScimError::invalid_filter("the filter is empty; leave it out to list everything"));
            }
            _ if value.is_empty() => {}
            Parameter::Filter => self.filter = Some(value.to_owned()),
            // RFC 7644 §3.4.2.4: below 1 is 1, a negative count is 0.
            Parameter::StartIndex => self.start_index = number("startIndex", value)?.max(1),
            Parameter::Count => self.count = number("count", value)?.min(limits.max_results),
            Parameter::Attributes => self.attributes = Some(value.to_owned()),
            Parameter::ExcludedAttributes => self.excluded_attributes = Some(value.to_owned()),
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Parameter {
    Filter,
    StartIndex,
    Count,
    Attributes,
    ExcludedAttributes,
}

impl Parameter {
    fn from_name(name: &str) -> Option<Self> {
        [
            ("filter", Self::Filter),
            ("startIndex", Self::StartIndex),
            ("count", Self::Count),
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

    fn check(parameters: &[(&str, &str)], expected: Option<Fields<'_>>) {
        let query = Query::parse(parameters.iter().copied(), &Limits::default());
        let found = query.as_ref().ok().map(|query| {
            (
                query.filter.as_deref(),
                query.start_index,
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
        for (name, value) in
            [("count", "ten"), ("count", "1.5"), ("startIndex", "1e3"), ("count", "-"), ("count", "+1")]
        {
            check(&[(name, value)], None);
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
            let error = Query::parse(parameters.iter().copied(), &Limits::default()).unwrap_err();
            assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidFilter)), "{parameters:?}");
        }
    }
}
