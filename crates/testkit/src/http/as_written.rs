//! Requests whose target no HTTP library writes, such as one with raw quotation marks: written by hand, on a connection of their own.

use super::{BaseUrl, Exchange, HttpClient, HttpError, Request};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Instant;

impl HttpClient {
    /// As [`HttpClient::send`], but the target and the names of headers go over the wire letter by letter as given.
    ///
    /// Errors: as there, and an answer that is no HTTP/1.1 with its length announced or ended by the server's close.
    pub async fn send_as_written(&mut self, request: Request) -> Result<Arc<Exchange>, HttpError> {
        let started = Instant::now();
        let headers = headers(&request, self.base());
        let target =
            if request.below_base { format!("{}{}", self.base().path(), request.target) } else { request.target };
        let body = request.body.unwrap_or_default();
        let mut bytes = format!("{} {target} HTTP/1.1\r\n", request.method).into_bytes();
        for (name, value) in &headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&body);
        let answer = self.send_bytes(&bytes).await?;
        let (status, response_headers, response_body) = read(&answer)?;
        let text = |(name, value): (String, Vec<u8>)| (name, String::from_utf8_lossy(&value).into_owned());
        Ok(self.record(Exchange {
            method: request.method,
            target,
            request_headers: headers.into_iter().map(text).collect(),
            request_body: body,
            status,
            response_headers,
            response_body,
            elapsed: started.elapsed(),
            abandoned: false,
        }))
    }
}

/// The headers given, then those that a request cannot do without.
fn headers(request: &Request, base: &BaseUrl) -> Vec<(String, Vec<u8>)> {
    let mut headers = request.headers.clone();
    let length = request.body.as_ref().map(|body| body.len().to_string());
    for (name, value) in [
        ("Host", Some(base.authority().to_owned())),
        ("Connection", Some("close".to_owned())),
        ("Content-Length", length),
    ] {
        if let Some(value) = value
            && !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
        {
            headers.push((name.to_owned(), value.into_bytes()));
        }
    }
    headers
}

type Answer = (u16, Vec<(String, String)>, Bytes);

/// Status, headers with small names, and body of an answer that is complete.
fn read(answer: &[u8]) -> Result<Answer, HttpError> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.ok_or(HttpError::Unreadable("its head has no end"))?;
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default()).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let status = status.ok_or(HttpError::Unreadable("it has no status"))?;
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    if let Some((_, encoding)) =
        headers.iter().find(|(name, _)| matches!(name.as_str(), "transfer-encoding" | "content-encoding"))
    {
        return Err(HttpError::Encoded(encoding.clone()));
    }
    let body = answer.get(end + 4..).unwrap_or_default();
    let announced =
        headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, length)| length.parse().ok());
    let body = match announced {
        None => body,
        Some(length) => body.get(..length).ok_or(HttpError::Unreadable("its body broke off"))?,
    };
    Ok((status, headers, Bytes::copy_from_slice(body)))
}
