//! Runs with the whole workspace, or with `--features tls`.

use super::*;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

/// A server of that name that answers every connection once; its port, and the certificate to trust.
async fn server(name: &str) -> (u16, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _request = stream.read(&mut [0; 4096]).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}").await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    (port, certificate)
}

async fn get(port: u16, trusted: CertificateDer<'static>) -> Result<u16, HttpError> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted).unwrap();
    let mut client = HttpClient::new(BaseUrl::anywhere(&format!("https://localhost:{port}/v2")).unwrap());
    client.trust(roots);
    Ok(client.send(Request::new("GET", "/Users").header("Authorization", "secret")).await?.status)
}

#[tokio::test]
async fn a_trusted_server_is_talked_to_and_no_other() {
    let (port, certificate) = server("localhost").await;
    assert_eq!(get(port, certificate).await.unwrap(), 200);
    let (_, of_another) = server("localhost").await;
    assert!(matches!(get(port, of_another).await, Err(HttpError::Tls(_))));
    let (port, certificate) = server("somebody.example").await;
    assert!(matches!(get(port, certificate).await, Err(HttpError::Tls(_))));
}
