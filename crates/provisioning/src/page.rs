//! A page of rows by key, and the few helpers that all lists share.

/// One page of a list.
#[derive(Debug, Clone)]
pub struct PageOf<T> {
    pub rows: Vec<T>,
    /// What to give as `after` for the next page; `None` on the last.
    pub next: Option<String>,
    pub total: Total,
}

/// How many rows there are over all pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    Exact(i64),
    /// Counting stopped here.
    AtLeast(i64),
}

impl Total {
    /// From a count that stopped one beyond `limit`.
    pub(crate) fn up_to(counted: usize, limit: i64) -> Self {
        let counted = i64::try_from(counted).unwrap_or(i64::MAX);
        if counted > limit { Total::AtLeast(limit) } else { Total::Exact(counted) }
    }
}

impl<T> PageOf<T> {
    /// Cuts a result that was asked for with one row more than the page holds; `key` names a row for the next page.
    pub(crate) fn cut(mut rows: Vec<T>, limit: i64, total: Total, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(key) } else { None };
        PageOf { rows, next, total }
    }
}

/// The half-open range of texts that begin with `prefix`, for a column that sorts by bytes. Seeks an index where LIKE
/// would not on every database, and needs no escaping.
pub(crate) fn prefix_range(prefix: &str) -> (String, String) {
    (prefix.to_owned(), format!("{prefix}{}", char::MAX))
}

/// A text from a URL or a form, fit to be asked for: without NUL, which no stored text has and PostgreSQL refuses.
pub(crate) fn askable(text: &str) -> String {
    text.replace('\0', "")
}

/// Shortens a text to at most `bytes`, between two characters.
pub(crate) fn cut(text: &mut String, bytes: usize) {
    text.truncate(text.floor_char_boundary(bytes));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_whether_more_follows() {
        let page = PageOf::cut(vec![1, 2, 3], 2, Total::Exact(3), i32::to_string);
        assert_eq!((page.rows, page.next.as_deref()), (vec![1, 2], Some("2")));
        let page = PageOf::cut(vec![1, 2], 2, Total::Exact(2), i32::to_string);
        assert_eq!((page.rows, page.next), (vec![1, 2], None));
    }

    #[test]
    fn a_prefix_covers_what_begins_with_it() {
        let (first, last) = prefix_range("ada");
        for (text, inside) in [("ada", true), ("ada@x", true), ("adaé😀", true), ("adb", false), ("ad", false)] {
            assert_eq!(first.as_str() <= text && text < last.as_str(), inside, "{text}");
        }
    }
}
