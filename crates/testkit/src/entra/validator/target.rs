//! Filters in the validator's URLs: spaces as `+`, reserved characters encoded, but quotation marks as they are:
//! `filter=userName+eq+"x%40y.uk"`. That is no URI (RFC 3986 §3.4), so such a request is written by hand.

/// A quotation mark as the validator writes it.
const RAW_QUOTE: &str = "\"";

/// `attribute eq "value"` in a query. The one place that decides how quotation marks go over the wire.
pub(super) fn filter(attribute: &str, value: &str) -> String {
    let value = crate::client::target::form_encoded(value);
    format!("{attribute}+eq+{RAW_QUOTE}{value}{RAW_QUOTE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_raw_and_everything_else_encoded() {
        assert_eq!(filter("userName", "x@y.uk"), "userName+eq+\"x%40y.uk\"");
    }
}
