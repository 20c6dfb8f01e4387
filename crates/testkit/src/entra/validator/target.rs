//! Filters in the validator's URLs: spaces as `+`, reserved characters encoded, but quotes as they are:
//! `filter=userName+eq+"x%40y.uk"`.

/// A quote as the validator writes it, which no proper URL holds (RFC 3986 §3.4).
pub(super) const RAW_QUOTE: &str = "\"";

/// The quote as it is sent here: the HTTP library refuses the raw one.
const SENT_QUOTE: &str = "%22";

/// `attribute eq "value"` in a query. The one place that decides how quotes go over the wire.
pub(super) fn filter(attribute: &str, value: &str) -> String {
    as_sent(&raw_filter(attribute, value))
}

/// The same as the validator writes it.
pub(super) fn raw_filter(attribute: &str, value: &str) -> String {
    let value = crate::client::target::form_encoded(value);
    format!("{attribute}+eq+{RAW_QUOTE}{value}{RAW_QUOTE}")
}

fn as_sent(filter: &str) -> String {
    filter.replace(RAW_QUOTE, SENT_QUOTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_encoded_and_nothing_else_differs() {
        assert_eq!(raw_filter("userName", "x@y.uk"), "userName+eq+\"x%40y.uk\"");
        assert_eq!(filter("userName", "x@y.uk"), "userName+eq+%22x%40y.uk%22");
    }
}
