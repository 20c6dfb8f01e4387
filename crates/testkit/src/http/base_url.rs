//! The address a simulator is given, as an administrator would paste it.

use super::HttpError;

/// `http://host[:port][/path]`. The path is kept exactly as written: Okta appends `/Users` to it as it stands, trailing slash or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    authority: String,
    path: String,
}

impl BaseUrl {
    /// Reads the address. Errors: another scheme than `http`, no host, a host that is not this machine, a query or fragment.
    pub fn parse(url: &str) -> Result<Self, HttpError> {
        let refuse = |reason| HttpError::Url { url: url.to_owned(), reason };
        let rest = url.strip_prefix("http://").ok_or_else(|| refuse("only http:// on this machine is supported"))?;
        if rest.contains(['?', '#']) {
            return Err(refuse("a base URL has no query and no fragment"));
        }
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, ""),
        };
        let (host, port) = split_port(authority);
        if host.is_empty() {
            return Err(refuse("the host is missing"));
        }
        if !is_this_machine(host) {
            return Err(refuse("only http:// on this machine is supported (localhost, 127.0.0.1, [::1])"));
        }
        let authority = match port {
            Some(port) if port.parse::<u16>().is_ok() => authority.to_owned(),
            Some(_) => return Err(refuse("the port is not a number from 0 to 65535")),
            None => format!("{host}:80"),
        };
        Ok(Self { authority, path: path.to_owned() })
    }

    /// `host:port`, as in the `Host` header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What the address has after the port; empty or starting with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    let after_brackets = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority.get(after_brackets..).and_then(|tail| tail.rfind(':')) {
        Some(colon) => {
            let (host, port) = authority.split_at(after_brackets + colon);
            (host, port.strip_prefix(':'))
        }
        None => (authority, None),
    }
}

fn is_this_machine(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") || host == "[::1]" {
        return true;
    }
    host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}
