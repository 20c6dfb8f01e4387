//! Forms with a file: `multipart/form-data` (RFC 7578) as browsers write it. Takes whole bodies, whose size the caller has
//! bounded. Deliberately not here: nested multiparts and transfer encodings, which no browser sends.

/// One field of a form, in the order of the body.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    pub name: String,
    /// It came from a file input, also when no file was chosen.
    pub is_file: bool,
    pub content: &'a [u8],
}

/// The boundary that a content type names; `None` for any other type.
pub fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        (name.trim().eq_ignore_ascii_case("boundary") && (1..=70).contains(&value.len())).then_some(value)
    })
}

/// The fields of a body; `None` if it is no such form.
pub fn parse<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
    // The first one may stand at the very beginning, without a line before it.
    let mut rest = match body.strip_prefix(delimiter.get(2..)?) {
        Some(rest) => rest,
        None => split_at(body, &delimiter)?.1,
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let (part, after) = split_at(rest, &delimiter)?;
        let (head, content) = split_at(part, b"\r\n\r\n")?;
        let head = std::str::from_utf8(head).ok()?;
        let (name, is_file) = disposition(head)?;
        parts.push(Part { name, is_file, content });
        rest = after;
    }
    Some(parts)
}

/// What stands before and after the first `needle`.
fn split_at<'a>(bytes: &'a [u8], needle: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(needle.len()).position(|window| window == needle)?;
    Some((bytes.get(..at)?, bytes.get(at + needle.len()..)?))
}

/// The field's name, and whether there is a file name, from the headers of a part.
fn disposition(head: &str) -> Option<(String, bool)> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))?;
    let (mut rest, mut name, mut is_file) = (value.split_once(';')?.1, None, false);
    // A file may be called `a; name="b"`: what stands in quotes is skipped as a whole.
    while let Some((key, after)) = rest.split_once('=') {
        let (text, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(';').unwrap_or((after, "")),
        };
        match key.trim_matches([';', ' ']).to_ascii_lowercase().as_str() {
            "name" => name = Some(text.replace("%22", "\"")),
            "filename" | "filename*" => is_file = true,
            _ => {}
        }
        rest = next;
    }
    Some((name?, is_file))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=----WebKitFormBoundaryAbC";

    fn fields(body: &str) -> Option<Vec<(String, bool, String)>> {
        let parts = parse(body.as_bytes(), boundary(TYPE).unwrap())?;
        let text = |content: &[u8]| String::from_utf8(content.to_vec()).unwrap();
        Some(parts.into_iter().map(|part| (part.name, part.is_file, text(part.content))).collect())
    }

    #[test]
    fn what_browsers_send() {
        let body = "------WebKitFormBoundaryAbC\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n[\r\n]\r\n\
             ------WebKitFormBoundaryAbC\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a; name=x.json\"\r\n\
             Content-Type: application/json\r\n\r\n{\"a\":\r\n\r\n1}\r\n\
             ------WebKitFormBoundaryAbC\r\ncontent-disposition: form-data; filename=\"\"; name=\"none%22\"\r\n\r\n\r\n\
             ------WebKitFormBoundaryAbC--\r\n";
        let expected = [("json", false, "[\r\n]"), ("file", true, "{\"a\":\r\n\r\n1}"), ("none\"", true, "")];
        let expected = expected.map(|(name, is_file, text)| (name.to_owned(), is_file, text.to_owned())).to_vec();
        assert_eq!(fields(body), Some(expected.clone()));
        assert_eq!(fields(&format!("preamble\r\n{body}")), Some(expected));
        assert_eq!(fields("------WebKitFormBoundaryAbC--"), Some(vec![]));
    }

    #[test]
    fn boundaries() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=\"a b\"", Some("a b")),
            ("Multipart/Form-Data;charset=utf-8; Boundary=x", Some("x")),
            ("multipart/form-data; boundary=", None),
            ("multipart/form-data", None),
            ("multipart/mixed; boundary=x", None),
            ("application/x-www-form-urlencoded", None),
        ] {
            assert_eq!(boundary(content_type), expected, "{content_type}");
        }
    }

    #[test]
    fn what_is_cut_or_broken_is_no_form() {
        let head = "------WebKitFormBoundaryAbC\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx";
        let end = "\r\n------WebKitFormBoundaryAbC--";
        assert!(fields(&format!("{head}{end}")).is_some());
        for body in [
            "",
            "--",
            "nothing of the kind",
            "------WebKitFormBoundaryAbC",
            head,
            &format!("{head}\r\n------WebKitFormBoundaryAbC\r\n\r\n\r\nx{end}"),
            &format!("------WebKitFormBoundaryAbC\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx{end}"),
            &format!("------WebKitFormBoundaryAbC\r\nContent-Disposition: form-data\r\n\r\nx{end}"),
        ] {
            assert_eq!(fields(body), None, "{body:?}");
        }
    }
}
