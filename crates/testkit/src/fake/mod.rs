//! A tiny HTTP server for the tests of this crate, and a sleeper that does not sleep.

mod scim;
mod wrong;

pub use scim::Scim;
pub use wrong::{Wrong, WrongScim};

use crate::http::Sleeper;
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Request line and headers as they were written.
    pub head: String,
    pub body: Vec<u8>,
}

impl Received {
    pub fn request_line(&self) -> &str {
        self.head.lines().next().unwrap_or_default().strip_suffix(" HTTP/1.1").unwrap_or_default()
    }

    pub fn header_names(&self) -> Vec<&str> {
        self.head.lines().skip(1).filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What the server answers.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Answer {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, &body.to_string())
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.to_owned() }
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// A ListResponse whose first page is this.
pub fn list(total: u64, resources: &[Value]) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total, "startIndex": 1, "itemsPerPage": resources.len(), "Resources": resources,
    })
}

type Handler = Arc<Mutex<dyn FnMut(&Received) -> Answer + Send>>;

pub struct FakeServer {
    pub base_url: String,
    received: Arc<Mutex<Vec<Received>>>,
    connections: Arc<Mutex<usize>>,
}

impl FakeServer {
    /// Answers every request with what `handler` says.
    pub async fn start(handler: impl FnMut(&Received) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/scim/v2", listener.local_addr().unwrap());
        let server = Self { base_url, received: Arc::default(), connections: Arc::default() };
        let (received, connections) = (Arc::clone(&server.received), Arc::clone(&server.connections));
        let handler: Handler = Arc::new(Mutex::new(handler));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *connections.lock().unwrap() += 1;
                tokio::spawn(serve(stream, Arc::clone(&handler), Arc::clone(&received)));
            }
        });
        server
    }

    /// Answers with `answers` one after the other, then with 500.
    pub async fn with_answers(answers: Vec<Answer>) -> Self {
        let mut answers = answers.into_iter();
        Self::start(move |_| answers.next().unwrap_or_else(|| Answer::text(500, "no answer left"))).await
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn request_lines(&self) -> Vec<String> {
        self.received().iter().map(|received| received.request_line().replacen(" /scim/v2", " ", 1)).collect()
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

async fn serve(mut stream: TcpStream, handler: Handler, received: Arc<Mutex<Vec<Received>>>) {
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut stream, &mut buffer).await {
        received.lock().unwrap().push(request.clone());
        let answer = (*handler.lock().unwrap())(&request);
        let mut text = format!("HTTP/1.1 {} Canned\r\n", answer.status);
        for (name, value) in &answer.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if answer.status != 204 {
            text.push_str(&format!("Content-Length: {}\r\n", answer.body.len()));
        }
        text.push_str("\r\n");
        text.push_str(&answer.body);
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
        if answer.headers.iter().any(|(name, value)| *name == "Connection" && value == "close") {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Received> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.trim().parse().unwrap());
    while buffer.len() < end + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = buffer[end..end + length].to_vec();
    buffer.drain(..end + length);
    Some(Received { head, body })
}

/// Notes how long it was asked to wait, and does not.
#[derive(Default)]
pub struct NotedSleeps(pub Mutex<Vec<Duration>>);

impl Sleeper for NotedSleeps {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}
