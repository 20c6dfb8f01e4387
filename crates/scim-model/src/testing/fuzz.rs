//! What holds for any input. The fuzz targets in `fuzz/` look for one that breaks it; the tests run what they found so far.

use serde_json::{Value, json};

use super::choices::Choices;
use super::{patches, specimen, values};
use crate::check::{self, Adjustment};
use crate::diff::diff;
use crate::filter::{Spelling, parse_patch_path};
use crate::message::bulk::{BulkRequest, BulkRun, OperationResult, Work};
use crate::message::error::ScimError;
use crate::patch::Patch;
use crate::project::{Meta, Projection, serialise, splice};
use crate::resource::Resource;
use crate::schema::{ResourceType, core};
use crate::{Filter, Limits};

fn types() -> [&'static ResourceType; 3] {
    [core::user(), core::group(), specimen()]
}

/// A document that `check` took.
fn sample(ty: &ResourceType, bytes: &[u8]) -> Resource {
    let body = values::document(&mut Choices::new(bytes), ty).to_string();
    check::create(body.as_bytes(), ty, &Limits::default()).expect("what is generated is taken").resource
}

/// A filter text parses or not; what is written out parses to the same; what resolves can be asked of any resource.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let limits = Limits::default();
    let parsed = match Filter::parse(text, &limits) {
        Ok(parsed) => parsed,
        Err(error) => {
            assert!(error.position <= text.len(), "an error stands in the text");
            return;
        }
    };
    assert_eq!(Filter::parse(&written(&parsed), &roomy()), Ok(parsed.clone()));
    for ty in types() {
        let Ok(resolved) = parsed.clone().resolve(ty) else { continue };
        let again = Filter::parse(&written(&resolved), &roomy()).expect("what is written parses").resolve(ty);
        assert_eq!(again.as_ref(), Ok(&resolved));
        let subject = sample(ty, data);
        let opposite = Filter::Not(Box::new(resolved.clone()));
        assert_ne!(resolved.matches(&subject), opposite.matches(&subject));
    }
}

fn written<A: Spelling>(filter: &Filter<A>) -> String {
    filter.to_string()
}

/// Written out, a filter may be longer and deeper than the client's text: it has full names and more parentheses.
fn roomy() -> Limits {
    Limits { filter_length_bytes: 1 << 20, filter_depth: 200, ..Limits::default() }
}

/// A path names something or not; its canonical form names the same. Any list of paths makes a projection.
pub fn path(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for ty in types() {
        if let Ok(bound) = ty.bind(text) {
            assert_eq!(ty.bind(bound.path()).as_ref(), Ok(&bound));
        }
        let subject = sample(ty, data);
        let whole = Value::Object(subject.as_map().clone()).to_string();
        for (attributes, excluded) in [(Some(text), None), (None, Some(text))] {
            let projection = Projection::parse(attributes, excluded, ty).expect("one of the two is always right");
            let once = projection.apply(&whole, ty);
            assert_eq!(projection.apply(&once, ty), once, "what is projected stays so");
        }
        let operation = json!({"op": "remove", "path": text});
        let _ = modified(&subject, &patch_body(json!([operation])), ty);
    }
    if let Ok(parsed) = parse_patch_path(text, &Limits::default()) {
        let brackets = parsed.filter.as_ref().map(|filter| format!("[{}]", written(filter))).unwrap_or_default();
        let sub = parsed.sub_attribute.as_ref().map(|sub| format!(".{sub}")).unwrap_or_default();
        assert_eq!(parse_patch_path(&format!("{}{brackets}{sub}", parsed.attribute), &roomy()), Ok(parsed));
    }
}

/// A PATCH is refused and changes nothing, or leaves a resource that would pass as a body. JSON is taken as the body of a
/// request; other bytes choose a resource and operations on it.
pub fn patch(data: &[u8]) {
    for ty in types() {
        if data.starts_with(b"{") {
            let _ = modified(&sample(ty, data), data, ty);
        } else {
            let mut choices = Choices::new(data);
            let body = values::document(&mut choices, ty).to_string();
            let created = check::create(body.as_bytes(), ty, &Limits::default()).expect("what is generated is taken");
            let document = Value::Object(created.resource.as_map().clone());
            let operations = patches::operations(&mut choices, ty, &document);
            let _ = modified(&created.resource, &patch_body(operations.into()), ty);
        }
    }
}

fn patch_body(operations: Value) -> Vec<u8> {
    json!({"schemas": [crate::urn::PATCH_OP], "Operations": operations}).to_string().into_bytes()
}

fn modified(before: &Resource, body: &[u8], ty: &ResourceType) -> Result<(), ScimError> {
    let patch = Patch::parse(body, ty, &Limits::default())?;
    let mut after = before.clone();
    let applied = patch.apply(&mut after, ty);
    if applied.as_ref().map_or(true, |changes| changes.is_empty()) {
        assert_eq!(after, *before, "what changes nothing leaves everything");
    }
    assert_eq!(applied?.as_slice(), diff(before, &after, ty));
    passes_for_a_body(&after, ty);
    Ok(())
}

fn passes_for_a_body(resource: &Resource, ty: &ResourceType) {
    let text = Value::Object(resource.as_map().clone()).to_string();
    let again = check::create(text.as_bytes(), ty, &Limits::default()).expect("what was taken is taken again");
    assert_eq!(again.adjustments, Vec::<Adjustment>::new(), "{text}");
    assert_eq!(again.resource, *resource);
}

/// A body is refused, or becomes a resource that would be taken again as it is, replaces itself without a change, and comes
/// out of the stored text as it went in.
pub fn resource(data: &[u8]) {
    let limits = Limits::default();
    for ty in types() {
        let _ = check::replace(data, &sample(ty, data), ty, &limits);
        let Ok(created) = check::create(data, ty, &limits) else { continue };
        let resource = created.resource;
        passes_for_a_body(&resource, ty);
        let text = Value::Object(resource.as_map().clone()).to_string();
        let replaced = check::replace(text.as_bytes(), &resource, ty, &limits).expect("a resource replaces itself");
        assert_eq!(diff(&resource, &replaced.resource, ty), Vec::new());

        let meta = Meta { resource_type: &ty.name, id: "7", created: 0, last_modified: 1, version: "W/\"1\"" };
        let stored = serialise(&resource, ty, &meta);
        let mut read = Resource::from_stored(&stored).expect("what is stored can be read");
        let answer = splice(&stored, "https://x/7", &[]);
        let everything = Projection::parse(None, None, ty).expect("nothing is asked for").apply(&answer, ty);
        assert!(serde_json::from_str::<Value>(&everything).is_ok_and(|answer| answer["id"] == "7"));
        let mut kept = resource;
        kept.as_map_mut().retain(|name, _| !ty.is_kept_apart(name));
        read.as_map_mut().retain(|name, _| !ty.is_kept_apart(name));
        kept.as_map_mut().shift_remove("schemas");
        assert_eq!(read, kept);
    }
}

/// A bulk request is done to its end, whatever its operations refer to: none is done twice, none is forgotten unless the
/// client says after how many failures to stop, and the answer has a result for each that was done.
pub fn bulk(data: &[u8]) {
    let Ok(request) = BulkRequest::parse(data, "https://scim.test/v2", &Limits::default()) else { return };
    let mut run = BulkRun::new(request, &core::types());
    let mut done = vec![false; run.operations().len()];
    let mut once = |index: usize| {
        let is_done = done.get_mut(index).expect("a place in the request");
        assert!(!std::mem::replace(is_done, true), "operation {index} is handed out twice");
    };
    while let Some(work) = run.next_work() {
        let operations = match work {
            Work::Refused { index, error, .. } => {
                once(index);
                run.failed(index, None, error);
                continue;
            }
            Work::One(operation) => vec![operation],
            Work::Circle(operations) => operations,
        };
        for operation in operations {
            once(operation.index);
            // Some fail, so that others have nothing to refer to.
            match (operation.index + data.len()) % 5 {
                0 => run.failed(operation.index, None, ScimError::uniqueness("taken")),
                _ => {
                    let result = OperationResult { status: 200, location: None, version: None, error: None };
                    run.succeeded(operation.index, &format!("id-{}", operation.index), result);
                }
            }
        }
    }
    let body: Value = serde_json::from_slice(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data)).expect("it was read");
    let may_stop = body.as_object().is_some_and(|body| body.keys().any(|key| key.eq_ignore_ascii_case("failOnErrors")));
    assert!(may_stop || done.iter().all(|is_done| *is_done), "every operation is done");
    let answer: Value = serde_json::from_str(&run.into_response()).expect("an answer is JSON");
    let results = answer["Operations"].as_array().map_or(0, Vec::len);
    assert_eq!(results, done.iter().filter(|is_done| **is_done).count());
}
