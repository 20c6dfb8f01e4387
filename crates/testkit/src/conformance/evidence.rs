//! An exchange as a report shows it: what was asked and what came back, without the credential and without passwords.

use crate::http::{Exchange, redacted_body};

/// Longer bodies are cut: the beginning shows what it is.
const LONGEST: usize = 2_000;

/// Headers of an answer that a rule is about.
const HEADERS: [&str; 7] =
    ["content-type", "location", "content-location", "etag", "www-authenticate", "allow", "retry-after"];

/// Lines beginning with `>` for the request and `<` for the answer.
pub fn evidence(exchange: &Exchange) -> String {
    let mut lines = vec![format!("> {} {}", exchange.method, cut(&exchange.target))];
    for name in ["Content-Type", "If-Match", "If-None-Match"] {
        if let Some(value) = exchange.request_header(name) {
            lines.push(format!("> {name}: {value}"));
        }
    }
    if !exchange.request_body.is_empty() {
        lines.push(format!("> {}", cut(&redacted_body(&exchange.request_body))));
    }
    lines.push(format!("< {}", exchange.status));
    for name in HEADERS {
        if let Some(value) = exchange.response_header(name) {
            lines.push(format!("< {name}: {value}"));
        }
    }
    if !exchange.response_body.is_empty() {
        lines.push(format!("< {}", cut(&redacted_body(&exchange.response_body))));
    }
    lines.join("\n")
}

fn cut(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let beginning: String = text.chars().take(LONGEST).collect();
    format!("{beginning}… ({} bytes)", text.len())
}
