//! Who may read the metrics.
//!
//! There are two ways, and neither is open by default. A listener of its own is for Prometheus on the same machine or
//! network; on the port that clients use, a token is always asked for. That a request comes from the own machine is no
//! proof of anything there: a reverse proxy is on it, too.

use std::net::SocketAddr;
use std::path::Path;

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use anyhow::{Context, Result, ensure};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use secrecy::{ExposeSecret, SecretString};

/// Shorter tokens can be guessed.
const SHORTEST_TOKEN: usize = 20;

/// Whether a token is asked for.
#[derive(Debug, Clone, Default)]
pub struct MetricsAccess {
    token: Option<SecretString>,
}

impl MetricsAccess {
    /// Reads the token, if there is a file.
    ///
    /// # Errors
    /// When the file cannot be read or its token is too short; without the token.
    pub fn read(file: Option<&Path>) -> Result<MetricsAccess> {
        let Some(path) = file else { return Ok(MetricsAccess::default()) };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read metrics_token_file {}", path.display()))?;
        let token = text.trim();
        ensure!(
            token.len() >= SHORTEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic()),
            "metrics_token_file {}: write a token of at least {SHORTEST_TOKEN} characters into it, without blanks, such as \
             `openssl rand -hex 32` prints",
            path.display()
        );
        Ok(MetricsAccess { token: Some(token.to_owned().into()) })
    }

    /// Whether there is a token.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether this request may have the metrics.
    pub fn allows(&self, request: &HttpRequest) -> bool {
        let Some(token) = &self.token else { return true };
        let sent = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes());
        let Some((scheme, sent)) = sent.and_then(|sent| sent.split_at_checked("Bearer ".len())) else { return false };
        scheme.eq_ignore_ascii_case(b"Bearer ")
            && verify_slices_are_equal(sent, token.expose_secret().as_bytes()).is_ok()
    }
}

/// Refuses an address that other machines reach when nothing else keeps them from the metrics.
pub fn check_listen(listen: SocketAddr, has_token: bool) -> Result<()> {
    ensure!(
        listen.ip().is_loopback() || has_token,
        "metrics_listen {listen}: other machines may reach this address, so set metrics_token_file as well, or listen on \
         127.0.0.1"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_token_is_asked_for_where_there_is_one() {
        let open = MetricsAccess::default();
        assert!(open.allows(&TestRequest::get().to_http_request()));
        let closed = MetricsAccess { token: Some("0123456789abcdefghij".to_owned().into()) };
        for (header, allowed) in [
            (None, false),
            (Some("Bearer 0123456789abcdefghij"), true),
            (Some("bearer 0123456789abcdefghij"), true),
            (Some("Bearer 0123456789abcdefghi"), false),
            (Some("Bearer 0123456789abcdefghijk"), false),
            (Some("Bearer "), false),
            (Some("Basic 0123456789abcdefghij"), false),
            (Some("0123456789abcdefghij"), false),
        ] {
            let request = match header {
                Some(header) => TestRequest::get().insert_header((AUTHORIZATION, header)),
                None => TestRequest::get(),
            };
            assert_eq!(closed.allows(&request.to_http_request()), allowed, "{header:?}");
        }
    }

    #[test]
    fn tokens_come_from_a_file_and_are_not_short() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, taken) in [("0123456789abcdefghij\n", true), ("0123456789", false), ("0123456789 abcdefghij", false)]
        {
            std::fs::write(file.path(), text).unwrap();
            let read = MetricsAccess::read(Some(file.path()));
            assert_eq!(read.is_ok(), taken, "{text:?}");
            assert!(read.map_or_else(|error| !format!("{error:#}").contains("0123"), |_| true));
        }
        assert!(MetricsAccess::read(Some(Path::new("/nowhere"))).is_err());
        assert!(!MetricsAccess::read(None).unwrap().has_token());
    }

    #[test]
    fn other_machines_need_a_token() {
        for (listen, has_token, taken) in [
            ("127.0.0.1:9090", false, true),
            ("[::1]:9090", false, true),
            ("0.0.0.0:9090", false, false),
            ("192.0.2.1:9090", false, false),
            ("0.0.0.0:9090", true, true),
        ] {
            assert_eq!(check_listen(listen.parse().unwrap(), has_token).is_ok(), taken, "{listen}");
        }
    }
}
