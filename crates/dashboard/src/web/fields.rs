//! Names and values as a query string or a form sends them: any order, any number of each, never a reason to fail.

use super::multipart;
use actix_web::web::Query;
use secrecy::SecretString;

/// What was sent.
#[derive(Default)]
pub struct Fields {
    texts: Vec<(String, String)>,
    files: Vec<(String, Vec<u8>)>,
}

impl Fields {
    /// From the text of a query string or of an `application/x-www-form-urlencoded` body. What cannot be decoded is
    /// left out.
    pub fn parse(text: &str) -> Self {
        let texts = Query::<Vec<(String, String)>>::from_query(text).map(Query::into_inner).unwrap_or_default();
        Fields { texts, files: Vec::new() }
    }

    /// From a `multipart/form-data` body; `None` if it is none.
    pub fn multipart(body: &[u8], boundary: &str) -> Option<Self> {
        let mut fields = Fields::default();
        for part in multipart::parse(body, boundary)? {
            if part.is_file {
                fields.files.push((part.name, part.content.to_vec()));
            } else {
                fields.texts.push((part.name, String::from_utf8_lossy(part.content).into_owned()));
            }
        }
        Some(fields)
    }

    /// The content of the first file called `name`; `None` when none was chosen, or an empty one.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        let (_, content) = self.files.iter().find(|(key, content)| key == name && !content.is_empty())?;
        Some(content)
    }

    /// The first value called `name`; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The first value called `name`, without the blanks around it.
    pub fn trimmed(&self, name: &str) -> String {
        self.text(name).trim().to_owned()
    }

    /// Every value called `name`, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.texts.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
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

    #[test]
    fn files_beside_texts() {
        let part =
            |head: &str, content: &str| format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n");
        let body = [
            part("name=\"file\"; filename=\"\"", ""),
            part("name=\"file\"; filename=\"a.json\"", "[]"),
            part("name=\"text\"", " a "),
        ];
        let fields = Fields::multipart(format!("{}--x--", body.concat()).as_bytes(), "x").unwrap();
        assert_eq!((fields.file("file"), fields.trimmed("text")), (Some(&b"[]"[..]), "a".to_owned()));
        assert_eq!((fields.file("text"), fields.text("file")), (None, ""));
        assert!(Fields::multipart(b"a=b", "x").is_none());
    }
}
