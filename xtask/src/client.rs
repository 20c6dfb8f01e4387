//! Just enough HTTP/1.1 over a kept connection to measure with, and to torture with.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

/// Whom to ask.
#[derive(Clone)]
pub struct Target {
    /// `127.0.0.1:8080`.
    authority: String,
    /// `/t/…/v2`.
    path: String,
    token: String,
    /// Further lines of the head.
    further: String,
}

impl Target {
    /// Takes a SCIM base URL apart. Plain HTTP only.
    pub fn parse(base_url: &str, token: &str) -> Result<Target> {
        let rest = base_url.strip_prefix("http://").context("the base URL must begin with http://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let path = format!("/{}", path.trim_end_matches('/'));
        Ok(Target { authority: authority.to_owned(), path, token: token.to_owned(), further: String::new() })
    }

    /// The same, asked by a browser that holds this cookie.
    pub fn with_cookie(self, cookie: String) -> Target {
        Target { further: format!("Cookie: {cookie}\r\n"), ..self }
    }

    /// The same application at another server.
    pub fn at(&self, authority: String) -> Target {
        Target { authority, ..self.clone() }
    }
}

/// What to ask for.
pub struct Request {
    method: &'static str,
    path: String,
    body: String,
}

impl Request {
    pub fn get(path: String) -> Request {
        Request { method: "GET", path, body: String::new() }
    }

    pub fn post(path: &str, body: String) -> Request {
        Request { method: "POST", path: path.to_owned(), body }
    }

    pub fn put(path: String, body: String) -> Request {
        Request { method: "PUT", path, body }
    }

    pub fn patch(path: String, body: String) -> Request {
        Request { method: "PATCH", path, body }
    }

    pub fn delete(path: String) -> Request {
        Request { method: "DELETE", path, body: String::new() }
    }

    /// Method and path, for messages.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What came back.
pub struct Answer {
    pub status: u16,
    /// As it was written.
    pub retry_after: Option<String>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body).with_context(|| {
            format!("{} with a body that is not JSON: {}", self.status, String::from_utf8_lossy(&self.body))
        })
    }
}

/// One connection, kept until the server says that it closes it.
pub struct Client {
    target: Target,
    stream: BufReader<TcpStream>,
    /// The last answer said that no other follows on this connection.
    is_closed: bool,
}

impl Client {
    pub fn connect(target: &Target) -> Result<Client> {
        let stream =
            TcpStream::connect(&target.authority).with_context(|| format!("cannot connect to {}", target.authority))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Client { target: target.clone(), stream: BufReader::new(stream), is_closed: false })
    }

    pub fn send(&mut self, request: &Request) -> Result<Answer> {
        if self.is_closed {
            *self = Client::connect(&self.target)?;
        }
        let Target { authority, path, token, further } = &self.target;
        let message = format!(
            "{} {path}{} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {token}\r\nAccept: application/scim+json\r\n\
             Content-Type: application/scim+json\r\n{further}Content-Length: {}\r\n\r\n{}",
            request.method,
            request.path,
            request.body.len(),
            request.body
        );
        self.stream.get_mut().write_all(message.as_bytes())?;
        self.receive()
    }

    fn receive(&mut self) -> Result<Answer> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no HTTP status in {first:?}"))?;
        let (mut length, mut retry_after) = (None, None);
        let mut chunked = false;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            match line.split_once(':') {
                None => break,
                Some(("content-length", value)) => length = Some(value.trim().parse().context("Content-Length")?),
                Some(("retry-after", value)) => retry_after = Some(value.trim().to_owned()),
                // A server that refused a request before it read the body.
                Some(("connection", value)) => self.is_closed = value.trim() == "close",
                Some(("transfer-encoding", value)) => chunked = value.trim() == "chunked",
                Some(_) => {}
            }
        }
        let mut body = Vec::new();
        if chunked {
            loop {
                let size = usize::from_str_radix(&self.line()?, 16).context("size of a chunk")?;
                self.read(size, &mut body)?;
                ensure!(self.line()?.is_empty(), "a chunk is longer than it said");
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = length {
            self.read(length, &mut body)?;
        } else if status != 204 && status != 304 {
            bail!("an answer without a length");
        }
        Ok(Answer { status, retry_after, body })
    }

    fn read(&mut self, size: usize, into: &mut Vec<u8>) -> Result<()> {
        let before = into.len();
        into.resize(before + size, 0);
        Ok(self.stream.read_exact(&mut into[before..])?)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(self.stream.read_line(&mut line)? > 0, "the server closed the connection");
        Ok(line.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_each_form_are_read_from_one_connection() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::parse(&format!("http://{}/t/a/v2/", listener.local_addr().unwrap()), "secret").unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let answers = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}\
                           HTTP/1.1 204 No Content\r\n\r\n\
                           HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
            stream.write_all(answers.as_bytes()).unwrap();
            let mut asked = String::new();
            stream.read_to_string(&mut asked).unwrap();
            asked
        });
        let mut client = Client::connect(&target).unwrap();
        let request = Request::post("/Users", "{}".to_owned());
        for (status, body) in [(200, "{}"), (204, ""), (201, "abcde")] {
            let answer = client.send(&request).unwrap();
            assert_eq!((answer.status, answer.body.as_slice()), (status, body.as_bytes()));
        }
        drop(client);
        let asked = server.join().unwrap();
        assert_eq!(asked.matches("POST /t/a/v2/Users HTTP/1.1\r\n").count(), 3, "{asked}");
    }

    /// The server of the first connection answers two requests and closes it with the second.
    #[test]
    fn a_connection_that_is_closed_with_an_answer_is_not_used_again() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::parse(&format!("http://{}/t/a/v2/", listener.local_addr().unwrap()), "secret").unwrap();
        let server = std::thread::spawn(move || {
            let answer = "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n";
            let last = "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            [format!("{answer}{last}"), answer.to_owned()].map(|answers| {
                let (mut stream, _) = listener.accept().unwrap();
                stream.write_all(answers.as_bytes()).unwrap();
                stream.shutdown(std::net::Shutdown::Write).unwrap();
                let mut asked = String::new();
                stream.read_to_string(&mut asked).unwrap();
                asked.matches("GET /t/a/v2/Users HTTP/1.1\r\n").count()
            })
        });
        let mut client = Client::connect(&target).unwrap();
        let request = Request::get("/Users".to_owned());
        for status in [200, 429, 200] {
            assert_eq!(client.send(&request).unwrap().status, status);
        }
        drop(client);
        assert_eq!(server.join().unwrap(), [2, 1]);
    }
}
