//! What `rollcall doctor` says about the TLS certificate.

use database::Timestamp;

use super::Finding;
use crate::tls::{CertifiedPair, TlsFiles};

/// Authorities renew a month before the end: who is later than that should look why.
const SOON_DAYS: i64 = 14;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Whether the server could use it, for how long, and whether it is for the host of the public URL.
pub(super) fn look(files: &TlsFiles, public_url: &str, now: Timestamp) -> Finding {
    let pair = match CertifiedPair::read(files) {
        Ok(pair) => pair,
        Err(error) => return Finding::Bad(format!("{error:#}")),
    };
    let shown = files.certificate.display();
    let expires = pair.expires();
    let left_ms = expires.map(|expires| expires.milliseconds_since(now));
    let until = expires.map_or_else(|| "never expires".to_owned(), |expires| format!("expires at {expires}"));
    let host = host_of(public_url);
    match left_ms {
        Some(..=0) => Finding::Bad(format!("{shown} {until}: clients refuse it; renew it and send the server SIGHUP")),
        _ if !pair.is_for(host) => Finding::Bad(format!(
            "{shown} is not for {host}: clients refuse it; get one for that name, or correct --public-url"
        )),
        Some(left_ms) if left_ms < SOON_DAYS * DAY_MS => {
            Finding::Advice(format!("{shown} {until}: renew it and send the server SIGHUP"))
        }
        _ => Finding::Good(format!("{shown} {until}")),
    }
}

/// The host of a checked public URL, without its port.
fn host_of(public_url: &str) -> &str {
    let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
    match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::generate_simple_self_signed;

    use super::*;

    #[test]
    fn certificates_are_judged() {
        let folder = tempfile::tempdir().unwrap();
        let made = generate_simple_self_signed(["rollcall.test".to_owned(), "::1".to_owned()]).unwrap();
        let files = TlsFiles { certificate: folder.path().join("a.pem"), key: folder.path().join("b.pem") };
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&files.key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        // Until the beginning of the year 4096.
        for (url, now, expected) in [
            ("https://rollcall.test:8443", "2026-11-26T12:00:00Z", "ok: a.pem expires at 4096-01-01T00:00:00.000Z"),
            ("https://[::1]:8443", "4095-12-01T00:00:00Z", "ok: a.pem expires at"),
            ("https://rollcall.test", "4095-12-20T00:00:00Z", "advice: a.pem expires at"),
            ("https://rollcall.test", "4096-01-02T00:00:00Z", "bad: a.pem expires at"),
            ("https://www.rollcall.test", "2026-11-26T12:00:00Z", "bad: a.pem is not for www.rollcall.test"),
        ] {
            let (mark, text) = match look(&files, url, Timestamp::parse(now).unwrap()) {
                Finding::Good(text) => ("ok", text),
                Finding::Advice(text) => ("advice", text),
                Finding::Bad(text) => ("bad", text),
            };
            let said = format!("{mark}: {}", text.trim_start_matches(&format!("{}/", folder.path().display())));
            assert!(said.starts_with(expected), "{url} {now}: {said}");
        }
        std::fs::remove_file(&files.key).unwrap();
        let now = Timestamp::parse("2026-11-26T12:00:00Z").unwrap();
        assert!(
            matches!(look(&files, "https://rollcall.test", now), Finding::Bad(text) if text.contains("tls_key_file"))
        );
    }
}
