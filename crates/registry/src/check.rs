//! Checks of what people type, shared by the dashboard and the command line. Each refusal is a sentence about one field.

use crate::error::{Error, Result};

/// Longest name of a tenant, an application or a credential, in characters.
const NAME_CHARACTERS: usize = 100;
/// RFC 5321 §4.5.3.1.
const EMAIL_BYTES: usize = 254;

/// Slugs that would shadow, or be taken for, pages of the product itself.
const RESERVED_SLUGS: [&str; 20] = [
    "account", "admin", "api", "assets", "healthz", "help", "login", "logout", "metrics", "new", "oauth", "platform",
    "readyz", "scim", "setup", "sign-in", "sign-out", "static", "t", "tenants",
];

/// A name without the blanks around it: not empty, not too long, on one line.
pub(crate) fn name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() {
        return Err(Error::invalid("name", "Enter a name."));
    }
    if name.chars().count() > NAME_CHARACTERS {
        return Err(Error::invalid("name", format!("Use at most {NAME_CHARACTERS} characters.")));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid("name", "Leave out line breaks and control characters."));
    }
    Ok(name.to_owned())
}

/// A tenant's slug: it stands in URLs that go into other systems, and Okta refuses an underscore there.
pub(crate) fn slug(text: &str) -> Result<()> {
    let refuse = |message: &str| Err(Error::invalid("slug", message));
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() {
        return refuse("Enter a short name for the URL, such as acme.");
    }
    if text.len() > 40 {
        return refuse("Use at most 40 characters.");
    }
    if !text.bytes().all(inside) || !text.starts_with(|first: char| first.is_ascii_lowercase()) || text.ends_with('-') {
        return refuse("Use lower-case letters, digits and hyphens; start with a letter and do not end with a hyphen.");
    }
    if RESERVED_SLUGS.contains(&text) {
        return refuse("This word is reserved. Choose another one.");
    }
    Ok(())
}

/// An e-mail address without the blanks around it. Only its outer shape is checked: whether mail arrives, mail tells.
pub(crate) fn email(text: &str) -> Result<String> {
    let email = text.trim();
    let shaped = email.len() <= EMAIL_BYTES
        && !email.chars().any(|character| character.is_whitespace() || character.is_control())
        && email.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.starts_with('.') && !domain.ends_with('.')
        });
    if shaped {
        Ok(email.to_owned())
    } else {
        Err(Error::invalid("email", "Enter an e-mail address, such as ada@example.com."))
    }
}

#[cfg(test)]
mod tests {
    use super::{email, name, slug};
    use crate::error::Error;

    fn check<T>(what: &str, result: Result<T, Error>, accepted: bool) {
        assert_eq!(result.is_ok(), accepted, "{what:?}");
        if let Err(error) = result {
            assert!(
                matches!(&error, Error::InvalidField { message, .. } if message.ends_with('.')),
                "{what:?}: {error}"
            );
        }
    }

    #[test]
    fn slugs() {
        let longest = format!("a{}", "b".repeat(39));
        for (text, accepted) in [
            ("a", true),
            ("acme", true),
            ("acme-2", true),
            (&longest, true),
            (&format!("{longest}b"), false),
            ("", false),
            ("2acme", false),
            ("acme-", false),
            ("-acme", false),
            ("ac_me", false),
            ("Acme", false),
            ("acmé", false),
            ("setup", false),
        ] {
            check(text, slug(text), accepted);
        }
    }

    #[test]
    fn names() {
        assert_eq!(name("  Okta Workforce ").unwrap(), "Okta Workforce");
        for (text, accepted) in [
            (" ", false),
            ("ä", true),
            (&"€".repeat(100), true),
            (&"€".repeat(101), false),
            ("a\nb", false),
            ("a\0b", false),
        ] {
            check(text, name(text), accepted);
        }
    }

    #[test]
    fn emails() {
        assert_eq!(email(" ada@example.com ").unwrap(), "ada@example.com");
        for (text, accepted) in [
            ("a@b", true),
            ("ada+x@sub.example.com", true),
            ("", false),
            ("ada", false),
            ("@b", false),
            ("a@", false),
            ("a@.b", false),
            ("a b@c.d", false),
            (&format!("a@{}", "b".repeat(300)), false),
        ] {
            check(text, email(text), accepted);
        }
    }
}
