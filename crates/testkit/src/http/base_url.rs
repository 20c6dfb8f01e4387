//! The address that a client is given, as an administrator would paste it.

use super::HttpError;

/// `http://host[:port][/path]`. The path is kept exactly as written: Okta appends `/Users` to it as it stands, trailing slash or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    is_secure: bool,
    authority: String,
    path: String,
}

impl BaseUrl {
    /// Reads the address of a server on this machine: what a simulator plays against. Errors: another scheme than `http`, no host,
    /// a host that is not this machine, a query or fragment.
    pub fn parse(url: &str) -> Result<Self, HttpError> {
        let refuse = |reason| Err(HttpError::Url { url: url.to_owned(), reason });
        let base = Self::anywhere(url)?;
        if base.is_secure {
            return refuse("only http:// on this machine is supported");
        }
        if !is_this_machine(base.host()) {
            return refuse("only http:// on this machine is supported (localhost, 127.0.0.1, [::1])");
        }
        Ok(base)
    }

    /// Reads the address of a server anywhere, `https` included. Errors: another scheme, no host, a query or fragment.
    pub fn anywhere(url: &str) -> Result<Self, HttpError> {
        let refuse = |reason| HttpError::Url { url: url.to_owned(), reason };
        let (is_secure, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(refuse("only http:// and https:// are supported")),
        };
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
        let authority = match port {
            Some(port) if port.parse::<u16>().is_ok() => authority.to_owned(),
            Some(_) => return Err(refuse("the port is not a number from 0 to 65535")),
            None => format!("{host}:{}", if is_secure { 443 } else { 80 }),
        };
        Ok(Self { is_secure, authority, path: path.to_owned() })
    }

    /// `host:port`, as in the `Host` header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host alone; an IPv6 address in its brackets.
    pub fn host(&self) -> &str {
        split_port(&self.authority).0
    }

    /// What the address has after the port; empty or starting with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// True for `https`.
    pub fn is_secure(&self) -> bool {
        self.is_secure
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
