//! Names and values as a query string or a form sends them: any order, any number of each, never a reason to fail.

use actix_web::web::Query;
use secrecy::SecretString;

/// What was sent.
#[derive(Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// From the text of a query string or of an `application/x-www-form-urlencoded` body. What cannot be decoded is
    /// left out.
    pub fn parse(text: &str) -> Self {
        Fields(Query::<Vec<(String, String)>>::from_query(text).map(Query::into_inner).unwrap_or_default())
    }

    /// The first value called `name`; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The first value called `name`, without the blanks around it.
    pub fn trimmed(&self, name: &str) -> String {
        self.text(name).trim().to_owned()
    }

    /// Every value called `name`, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value called `name`, kept from being printed.
    pub fn secret(&self, name: &str) -> SecretString {
        self.text(name).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_any_number() {
        let fields = Fields::parse("path=a&path=b%26&name=+x+&empty=");
        assert_eq!(fields.all("path").collect::<Vec<_>>(), ["a", "b&"]);
        assert_eq!(fields.trimmed("name"), "x");
        assert_eq!((fields.text("empty"), fields.text("missing")), ("", ""));
        for broken in ["%zz", "=", "&&&", "a=%ff", "\u{0}"] {
            let _ = Fields::parse(broken).text("a");
        }
    }
}
