//! https from the command line: started, renewed by SIGHUP, refused.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{RunningServer, Sandbox};

const FLAGS: [&str; 4] = ["--tls-certificate-file", "certificate.pem", "--tls-key-file", "key.pem"];

/// Puts a new certificate and its key into the sandbox.
fn make_certificate(sandbox: &Sandbox) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(sandbox.path("certificate.pem"), made.cert.pem()).unwrap();
    fs::write(sandbox.path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(sandbox.path("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    made.cert.der().clone()
}

/// The answer of `/healthz`, from a server that has this certificate.
fn health(server: &RunningServer, certificate: &CertificateDer<'static>) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config =
        config.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots).with_no_client_auth();
    let client = ClientConnection::new(Arc::new(config), ServerName::try_from("127.0.0.1").unwrap()).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(server.authority())?);
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn wait_for_log(sandbox: &Sandbox, words: &str) {
    while !fs::read_to_string(sandbox.path("log")).unwrap().contains(words) {
        std::thread::yield_now();
    }
}

#[test]
fn a_certificate_is_renewed_while_the_server_runs() {
    let sandbox = Sandbox::new();
    let first = make_certificate(&sandbox);
    let server = sandbox.serve(&FLAGS);
    assert!(server.url().starts_with("https://127.0.0.1:"), "{}", server.url());
    let answer = health(&server, &first).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("strict-transport-security: "), "{answer}");

    let second = make_certificate(&sandbox);
    assert!(health(&server, &second).is_err());
    server.signal("HUP");
    wait_for_log(&sandbox, "new connections have the TLS certificate that was read just now");
    health(&server, &second).unwrap();

    make_certificate(&sandbox);
    fs::set_permissions(sandbox.path("key.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    server.signal("HUP");
    wait_for_log(&sandbox, "the TLS certificate was not replaced, the old one is in use");
    wait_for_log(&sandbox, "run chmod o= key.pem");
    health(&server, &second).unwrap();
    assert_eq!(server.terminate(), (Some(0), String::new()));
}

#[test]
fn a_hang_up_ends_no_server() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    server.signal("HUP");
    wait_for_log(&sandbox, "there is no TLS certificate to read again");
    assert_eq!(server.get("/healthz", &[]).0, 200);
    assert_eq!(server.terminate(), (Some(0), String::new()));
}

#[test]
fn a_pair_that_is_none_is_refused() {
    let sandbox = Sandbox::new();
    make_certificate(&sandbox);
    let key = fs::read(sandbox.path("key.pem")).unwrap();
    make_certificate(&sandbox);
    fs::write(sandbox.path("key.pem"), key).unwrap();
    let arguments = [&["serve", "--listen", "127.0.0.1:0"], &FLAGS[..]].concat();
    let complaint = sandbox.run(&arguments).complaint();
    assert!(complaint.contains("is not the key of the certificate"), "{complaint}");
    let complaint = sandbox.run(&arguments[..5]).complaint();
    assert!(complaint.contains("set tls_key_file, too"), "{complaint}");
    assert!(!sandbox.path("data").exists(), "nothing was begun");
}

#[test]
fn the_doctor_looks_at_the_certificate() {
    let sandbox = Sandbox::new();
    make_certificate(&sandbox);
    let doctor = sandbox.run(&[&["doctor"], &FLAGS[..]].concat()).output();
    assert!(doctor.contains("ok      certificate  certificate.pem expires at 4096-"), "{doctor}");
    let other = [&["doctor", "--public-url", "https://rollcall.example"], &FLAGS[..]].concat();
    let doctor = sandbox.run(&other);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(doctor.stdout.contains("is not for rollcall.example"), "{}", doctor.stdout);
}
