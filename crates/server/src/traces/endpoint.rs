//! Where the collector is.

use std::fmt;

use anyhow::{Context, Result, ensure};
use hyper::Uri;

/// The port of OTLP over HTTP.
const DEFAULT_PORT: u16 = 4318;

/// A collector that takes OTLP over plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) host: String,
    pub(super) port: u16,
    /// Of the traces.
    pub(super) path: String,
}

impl Endpoint {
    /// Reads the base URL, to which OTLP adds the path of each kind of data.
    ///
    /// # Errors
    /// For what is no plain `http://HOST:PORT`, with what to write.
    pub fn read(url: &str) -> Result<Endpoint> {
        ensure!(
            !url.starts_with("https://"),
            "https is not spoken here: name a collector near this server by http://, which passes the traces on"
        );
        ensure!(
            url.starts_with("http://"),
            "write http://HOST:PORT of an OpenTelemetry collector, such as http://127.0.0.1:4318"
        );
        let uri: Uri = url.parse().context("this is no URL")?;
        let host = uri.host().filter(|host| !host.is_empty()).context("name the host after http://")?;
        let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
        ensure!(!has_user && uri.query().is_none(), "leave out user names and everything behind a question mark");
        let port = uri.port_u16().unwrap_or(DEFAULT_PORT);
        let path = format!("{}/v1/traces", uri.path().trim_end_matches('/'));
        Ok(Endpoint { host: host.to_owned(), port, path })
    }

    /// As a `Host` header names it.
    pub(super) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// What to connect to: IPv6 addresses lose the brackets of URLs.
    pub(super) fn address(&self) -> (&str, u16) {
        (self.host.trim_start_matches('[').trim_end_matches(']'), self.port)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "http://{}{}", self.authority(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints() {
        for (url, expected) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://collector/", "http://collector:4318/v1/traces"),
            ("http://[::1]:80/otlp/", "http://[::1]:80/otlp/v1/traces"),
        ] {
            assert_eq!(Endpoint::read(url).unwrap().to_string(), expected);
        }
        assert_eq!(Endpoint::read("http://[::1]:80").unwrap().address(), ("::1", 80));
        for (url, expected) in [
            ("https://collector", "https is not spoken here"),
            ("collector:4318", "write http://"),
            ("http://", "no URL"),
            ("http://a b", "no URL"),
            ("http://ada:secret@collector", "leave out user names"),
            ("http://collector/?token=x", "leave out user names"),
        ] {
            let error = format!("{:#}", Endpoint::read(url).unwrap_err());
            assert!(error.contains(expected) && !error.contains("secret"), "{url}: {error}");
        }
    }
}
