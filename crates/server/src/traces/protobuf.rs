//! Spans in the binary form of OTLP (`opentelemetry/proto/trace/v1/trace.proto`), as far as ours have something to say.
//!
//! Protobuf is a sequence of fields, each with a number, a kind and a value; a message inside another is a field of bytes.
//! The tests read it with the code that the OpenTelemetry project generates.

use super::layer::{FinishedSpan, Value};

/// Which process this is.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    pub service: &'a str,
    pub version: &'a str,
    pub instance: &'a str,
}

const KIND_INTERNAL: u64 = 1;
const KIND_SERVER: u64 = 2;
const STATUS_ERROR: u64 = 2;

/// An `ExportTraceServiceRequest`.
pub fn export_request(resource: Resource<'_>, spans: &[FinishedSpan]) -> Vec<u8> {
    message(1, |resource_spans| {
        resource_spans.message(1, |described| {
            described.text_attribute(1, "service.name", resource.service);
            described.text_attribute(1, "service.version", resource.version);
            described.text_attribute(1, "service.instance.id", resource.instance);
        });
        resource_spans.message(2, |scope_spans| {
            scope_spans.message(1, |scope| {
                scope.bytes(1, resource.service.as_bytes());
                scope.bytes(2, resource.version.as_bytes());
            });
            for span in spans {
                scope_spans.message(2, |written| write_span(written, span));
            }
        });
    })
}

fn write_span(written: &mut Message, span: &FinishedSpan) {
    written.bytes(1, &span.trace);
    written.bytes(2, &span.id);
    if let Some(parent) = &span.parent {
        written.bytes(4, parent);
    }
    written.bytes(5, span.name.as_bytes());
    written.number(6, if span.is_server { KIND_SERVER } else { KIND_INTERNAL });
    written.fixed(7, span.started_ns);
    written.fixed(8, span.ended_ns);
    for (name, value) in &span.attributes {
        match value {
            Value::Text(text) => written.text_attribute(9, name, text),
            Value::Number(number) => written.attribute(9, name, |value| value.number(3, *number)),
        }
    }
    if span.failed {
        written.message(15, |status| status.number(3, STATUS_ERROR));
    }
}

/// The fields of a message.
#[derive(Default)]
struct Message(Vec<u8>);

/// A message with one field, a message.
fn message(field: u64, write: impl FnOnce(&mut Message)) -> Vec<u8> {
    let mut outer = Message::default();
    outer.message(field, write);
    outer.0
}

impl Message {
    fn varint(&mut self, mut value: u64) {
        // Seven bits a byte, the low ones first; the eighth says that more follow.
        while value > 0x7f {
            self.0.push(u8::try_from(value & 0x7f).unwrap_or_default() | 0x80);
            value >>= 7;
        }
        self.0.push(u8::try_from(value).unwrap_or_default());
    }

    /// A field of the kind "varint".
    fn number(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    /// A field of eight bytes.
    fn fixed(&mut self, field: u64, value: u64) {
        self.varint(field << 3 | 1);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A field of bytes with their length before them.
    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn message(&mut self, field: u64, write: impl FnOnce(&mut Message)) {
        let mut inner = Message::default();
        write(&mut inner);
        self.bytes(field, &inner.0);
    }

    /// A `KeyValue`.
    fn attribute(&mut self, field: u64, name: &str, write: impl FnOnce(&mut Message)) {
        self.message(field, |pair| {
            pair.bytes(1, name.as_bytes());
            pair.message(2, write);
        });
    }

    fn text_attribute(&mut self, field: u64, name: &str, text: &str) {
        self.attribute(field, name, |value| value.bytes(1, text.as_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::common::v1::any_value;
    use prost::Message as _;

    use super::*;

    #[test]
    fn the_project_s_own_code_reads_it() {
        let long = "x".repeat(300);
        let spans = [
            FinishedSpan {
                trace: [0xab; 16],
                id: [1; 8],
                parent: None,
                name: "POST create".to_owned(),
                is_server: true,
                failed: true,
                started_ns: 1_764_000_000_000_000_000,
                ended_ns: u64::MAX,
                attributes: vec![
                    ("http.response.status_code", Value::Number(507)),
                    ("http.route", Value::Text(long.clone())),
                    ("tenant.slug", Value::Text(String::new())),
                ],
            },
            FinishedSpan {
                trace: [0xab; 16],
                id: [2; 8],
                parent: Some([1; 8]),
                name: "db.write".to_owned(),
                is_server: false,
                failed: false,
                started_ns: 0,
                ended_ns: 1,
                attributes: Vec::new(),
            },
        ];
        let resource = Resource { service: "rollcall", version: "1", instance: "i" };
        let read = ExportTraceServiceRequest::decode(&export_request(resource, &spans)[..]).unwrap();
        let [resource_spans] = &read.resource_spans[..] else { panic!("{read:?}") };
        let described = resource_spans.resource.as_ref().unwrap();
        let keys: Vec<&str> = described.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(keys, ["service.name", "service.version", "service.instance.id"]);
        let [scope_spans] = &resource_spans.scope_spans[..] else { panic!("{read:?}") };
        assert_eq!(
            scope_spans.scope.as_ref().map(|scope| (scope.name.as_str(), scope.version.as_str())),
            Some(("rollcall", "1"))
        );
        let [server, write] = &scope_spans.spans[..] else { panic!("{read:?}") };
        assert_eq!(
            (&server.trace_id[..], &server.span_id[..], &server.parent_span_id[..]),
            (&[0xab; 16][..], &[1; 8][..], &[][..])
        );
        assert_eq!((server.name.as_str(), server.kind), ("POST create", 2));
        assert_eq!((server.start_time_unix_nano, server.end_time_unix_nano), (1_764_000_000_000_000_000, u64::MAX));
        assert_eq!(server.status.as_ref().map(|status| status.code), Some(2));
        let values: Vec<_> = server
            .attributes
            .iter()
            .map(|pair| (pair.key.as_str(), pair.value.clone().and_then(|value| value.value)))
            .collect();
        let text = |text: &str| Some(any_value::Value::StringValue(text.to_owned()));
        let expected = [
            ("http.response.status_code", Some(any_value::Value::IntValue(507))),
            ("http.route", text(&long)),
            ("tenant.slug", text("")),
        ];
        assert_eq!(values, expected);
        assert_eq!((&write.parent_span_id[..], write.kind, write.status.is_none()), (&[1; 8][..], 1, true));
    }
}
