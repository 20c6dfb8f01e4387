//! Traces, from requests to a collector that reads them with the code of the OpenTelemetry project.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, mpsc};

use database::testing::Scratch;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::support::{RunningServer, Sandbox, request};

const METRICS_TOKEN: &str = "0123456789abcdefghijklmnopqrstuv";
const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","externalId":"00u1ext",
    "displayName":"Lovelace","emails":[{"value":"countess@example.com","primary":true}]}"#;

/// A collector that answers with the status it is told to.
struct Collector {
    url: String,
    status: Arc<AtomicU16>,
    bodies: mpsc::Receiver<Vec<u8>>,
}

impl Collector {
    fn start() -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, bodies) = mpsc::channel();
        let status = Arc::new(AtomicU16::new(200));
        let told = Arc::clone(&status);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let body = take(stream.unwrap(), told.load(Ordering::SeqCst));
                // The test is over when nobody wants it.
                let _over = sender.send(body);
            }
        });
        Collector { url, status, bodies }
    }

    /// Everything that came, once the server has ended.
    fn bodies(&self) -> Vec<Vec<u8>> {
        self.bodies.try_iter().collect()
    }
}

/// One request to the collector.
fn take(stream: TcpStream, status: u16) -> Vec<u8> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: application/x-protobuf\r\n"), "{head}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    write!(reader.get_mut(), "HTTP/1.1 {status} Said\r\nContent-Length: 0\r\n\r\n").unwrap();
    body
}

fn spans(bodies: &[Vec<u8>]) -> Vec<Span> {
    let mut spans = Vec::new();
    for body in bodies {
        for resource in ExportTraceServiceRequest::decode(&body[..]).unwrap().resource_spans {
            let described = resource.resource.unwrap().attributes;
            assert!(described.iter().any(|pair| pair.key == "service.name"), "{described:?}");
            spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    spans
}

fn attributes(span: &Span) -> BTreeMap<&str, String> {
    let text = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => panic!("{other:?}"),
    };
    span.attributes
        .iter()
        .map(|pair| (&*pair.key, text(pair.value.as_ref().unwrap().value.as_ref().unwrap())))
        .collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A server that sends traces, with an application: its SCIM path and what opens it.
fn stage(sandbox: &Sandbox, scratch: &Scratch, collector: &str) -> (RunningServer, String, String) {
    std::fs::write(sandbox.path("token"), METRICS_TOKEN).unwrap();
    let database = ["--database-url", scratch.url()];
    let flags = ["--otlp-endpoint", collector, "--metrics-token-file", "token", "--log-format", "json"];
    let server = sandbox.serve(&[&flags[..], &database].concat());
    sandbox.run(&[&["tenant", "add", "acme", "--name", "Acme"][..], &database].concat()).output();
    let add = ["application", "add", "--tenant", "acme", "--name", "Okta", "--json"];
    let made = sandbox.run(&[&add[..], &database].concat()).json();
    let path = format!("/t/acme/scim/{}/v2", made["application"].as_str().unwrap());
    (server, path, made["bearer_token"].as_str().unwrap().to_owned())
}

/// The counter of spans with this outcome.
fn counted(server: &RunningServer, outcome: &str) -> u64 {
    let authorization = format!("Bearer {METRICS_TOKEN}");
    let (status, answer) = server.get("/metrics", &[("Authorization", &authorization)]);
    assert_eq!(status, 200, "{answer}");
    let name = format!("rollcall_trace_spans_total{{outcome=\"{outcome}\"}} ");
    answer.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
}

#[test]
fn a_request_is_told_in_spans_and_nobody_is_named() {
    for (database, scratch) in Scratch::both() {
        let (sandbox, collector) = (Sandbox::new(), Collector::start());
        let (server, path, token) = stage(&sandbox, &scratch, &collector.url);
        let authorization = format!("Bearer {token}");
        let (trace, caller) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
        let traceparent = format!("00-{trace}-{caller}-01");
        let headers = [
            ("Authorization", authorization.as_str()),
            ("Content-Type", "application/scim+json"),
            ("traceparent", &traceparent),
            ("tracestate", "vendor=countess"),
        ];
        let (status, answer) = request(server.authority(), &format!("POST {path}/Users"), &headers, USER).unwrap();
        assert_eq!(status, 201, "{answer}");
        let request_id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap().to_owned();
        let find = format!("{path}/Users?filter=userName%20eq%20%22ada@example.com%22");
        assert_eq!(server.get(&find, &[("Authorization", &authorization)]).0, 200);
        let unrecorded = format!("00-{}-{caller}-00", "1".repeat(32));
        assert_eq!(server.get(&find, &[("Authorization", &authorization), ("traceparent", &unrecorded)]).0, 200);
        let setup_token = server.url().split_once('=').unwrap().1.to_owned();
        server.get(&format!("/setup?token={setup_token}"), &[]);
        assert_eq!(server.get("/t/lovelace@example.com/scim/x", &[]).0, 404);
        assert_eq!(server.terminate(), (Some(0), String::new()), "{database}");

        let bodies = collector.bodies();
        let spans = spans(&bodies);
        let of_caller: Vec<&Span> = spans.iter().filter(|span| hexadecimal(&span.trace_id) == trace).collect();
        let named = |name: &str| of_caller.iter().copied().filter(|span| span.name == name).collect::<Vec<&Span>>();
        let [server_span] = named("POST create")[..] else { panic!("{database}: {spans:?}") };
        assert_eq!((hexadecimal(&server_span.parent_span_id).as_str(), server_span.kind), (caller, 2), "{database}");
        let application = path.split('/').nth(4).unwrap().to_owned();
        let expected = BTreeMap::from([
            ("http.request.method", "POST".to_owned()),
            ("http.response.status_code", "201".to_owned()),
            ("http.route", "/t/{tenant}/scim/{application}/v2{below:(/.*)?}".to_owned()),
            ("rollcall.application.id", application),
            ("rollcall.operation", "create".to_owned()),
            ("rollcall.request.id", request_id),
            ("rollcall.tenant.slug", "acme".to_owned()),
        ]);
        assert_eq!(attributes(server_span), expected, "{database}");
        let [change] = named("scim.change")[..] else { panic!("{database}: {spans:?}") };
        let [write] = named("db.write")[..] else { panic!("{database}: {spans:?}") };
        assert_eq!(
            attributes(change),
            BTreeMap::from([("rollcall.operation", "user.create".to_owned())]),
            "{database}"
        );
        assert_eq!(
            (&change.parent_span_id, &write.parent_span_id),
            (&server_span.span_id, &change.span_id),
            "{database}"
        );
        assert!(named("db.read").iter().any(|read| read.parent_span_id == server_span.span_id), "{database}");
        for (inner, outer) in [(change, server_span), (write, change)] {
            assert!(outer.start_time_unix_nano <= inner.start_time_unix_nano, "{database}: {spans:?}");
            assert!(inner.start_time_unix_nano < inner.end_time_unix_nano, "{database}: {spans:?}");
            assert!(inner.end_time_unix_nano <= outer.end_time_unix_nano, "{database}: {spans:?}");
        }
        let [found] = spans.iter().filter(|span| span.name == "GET find").collect::<Vec<_>>()[..] else {
            panic!("{database}: one of the two is recorded: {spans:?}")
        };
        assert!(found.parent_span_id.is_empty() && hexadecimal(&found.trace_id) != trace, "{database}");
        for private in [
            &token,
            &setup_token,
            "ada",
            "Lovelace",
            "lovelace",
            "countess",
            "00u1ext",
            "filter=",
            "example.com",
            "Bearer",
        ] {
            let is_in = |body: &Vec<u8>| body.windows(private.len()).any(|window| window == private.as_bytes());
            assert!(!bodies.iter().any(is_in), "{database}: {private} was sent");
        }
        let log = std::fs::read_to_string(sandbox.path("log")).unwrap();
        assert!(!log.contains("http.request") && log.contains("sending traces"), "{database}: {log}");
    }
}

#[test]
fn a_collector_that_is_away_is_felt_by_nobody() {
    let (sandbox, scratch) = (Sandbox::new(), Scratch::sqlite());
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (server, path, token) = stage(&sandbox, &scratch, &format!("http://{nobody}"));
    let authorization = format!("Bearer {token}");
    let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/scim+json")];
    let (status, answer) = request(server.authority(), &format!("POST {path}/Users"), &headers, USER).unwrap();
    assert_eq!(status, 201, "{answer}");
    while counted(&server, "dropped") == 0 {}
    assert_eq!(counted(&server, "exported"), 0);
    assert_eq!(server.terminate(), (Some(0), String::new()));
    let log = std::fs::read_to_string(sandbox.path("log")).unwrap();
    assert_eq!(log.matches("the collector takes no traces: they are dropped until it does").count(), 1, "{log}");
}

#[test]
fn a_collector_that_refuses_is_asked_again() {
    let (sandbox, scratch, collector) = (Sandbox::new(), Scratch::sqlite(), Collector::start());
    collector.status.store(503, Ordering::SeqCst);
    let (server, _, _) = stage(&sandbox, &scratch, &collector.url);
    while counted(&server, "dropped") == 0 {}
    collector.status.store(200, Ordering::SeqCst);
    while counted(&server, "exported") == 0 {}
    assert_eq!(server.terminate(), (Some(0), String::new()));
    let log = std::fs::read_to_string(sandbox.path("log")).unwrap();
    assert!(log.contains("it answered 503") && log.contains("the collector takes traces again"), "{log}");
}

#[test]
fn a_collector_that_never_answers_does_not_keep_the_server() {
    let (sandbox, scratch) = (Sandbox::new(), Scratch::sqlite());
    // Connections are made by the system; nobody takes them.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (server, _, _) = stage(&sandbox, &scratch, &format!("http://{}", listener.local_addr().unwrap()));
    assert_eq!(server.get("/healthz", &[]).0, 200);
    assert_eq!(server.terminate(), (Some(0), String::new()));
}
