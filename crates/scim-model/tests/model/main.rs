//! PATCH (RFC 7644 §3.5.2) and filters (§3.4.2.2) against a second implementation that shares no code with the first: plain
//! JSON, no types, no regard to speed. Of a PATCH both must agree on the document, on the kind of error and on whether
//! anything changed; of a filter on whether it matches.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a model of the tests panics too: that is how a test fails")]

mod filter;
mod model;
mod outcome;
mod read;
mod schema;
mod value;

use scim_model::testing::{Choices, choices, filters, patches, specimen, values};
use scim_model::{Filter, Limits, Patch, Resource, ResourceType, check};
use serde_json::{Value, json};

use model::Refusal;
use schema::Type;

/// For each of the two types.
const SEQUENCES: u64 = 5_000;

/// The document and whether it changed, or the kind of error.
type Outcome = Result<(Value, bool), Refusal>;

fn of_the_crate(before: &Value, operations: &[Value], ty: &ResourceType) -> Outcome {
    if operations.is_empty() {
        // Not a request at all.
        return Ok((before.clone(), false));
    }
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let mut resource = Resource::from_stored(&before.to_string()).unwrap();
    let applied = Patch::parse(body.to_string().as_bytes(), ty, &Limits::default())
        .and_then(|patch| patch.apply(&mut resource, ty));
    let after = Value::Object(resource.as_map().clone());
    match applied {
        Ok(changes) => Ok((after, !changes.is_empty())),
        Err(error) => {
            assert_eq!(after, *before, "a refused patch leaves the resource alone");
            Err(error.scim_type.unwrap().as_str())
        }
    }
}

fn agree_on_patches(ty: &ResourceType, model: &Type) {
    let mut outcomes = [0, 0, 0];
    for seed in 0..SEQUENCES {
        let bytes = choices::bytes(seed, 600);
        let mut choices = Choices::new(&bytes);
        let body = values::document(&mut choices, ty).to_string();
        let created = check::create(body.as_bytes(), ty, &Limits::default());
        let created = created.unwrap_or_else(|error| panic!("{seed}: {error}: {body}"));
        let before = Value::Object(created.resource.as_map().clone());
        let operations = patches::operations(&mut choices, ty, &before);
        // One refused operation ends a sequence, so it is tried without those that are refused by themselves, too.
        let mut accepted = operations.clone();
        accepted.retain(|operation| model::patch(&before, std::slice::from_ref(operation), model).is_ok());
        for operations in [operations, accepted] {
            let ours = of_the_crate(&before, &operations, ty);
            if ours != model::patch(&before, &operations, model) {
                tell(seed, &before, operations, ty, model);
            }
            outcomes[match ours {
                Ok((_, true)) => 0,
                Ok((_, false)) => 1,
                Err(_) => 2,
            }] += 1;
        }
    }
    // What never happens proves nothing.
    assert!(outcomes.iter().all(|count| *count > SEQUENCES / 10), "changed, unchanged, refused: {outcomes:?}");
}

/// Leaves out the operations that do not matter, and panics with the others.
fn tell(seed: u64, before: &Value, mut operations: Vec<Value>, ty: &ResourceType, model: &Type) -> ! {
    let outcomes =
        |operations: &[Value]| (of_the_crate(before, operations, ty), model::patch(before, operations, model));
    let without = |operations: &[Value], index: usize| [&operations[..index], &operations[index + 1..]].concat();
    while let Some(index) = (0..operations.len()).find(|index| {
        let (ours, theirs) = outcomes(&without(&operations, *index));
        ours != theirs
    }) {
        operations.remove(index);
    }
    let (ours, theirs) = outcomes(&operations);
    panic!("{seed}: {}\nbefore  {before}\ncrate   {ours:?}\nmodel   {theirs:?}", Value::from(operations));
}

#[test]
fn patches_of_users() {
    agree_on_patches(scim_model::schema::core::user(), &Type::user());
}

#[test]
fn patches_of_specimens() {
    agree_on_patches(specimen(), &Type::specimen());
}

#[test]
fn filters_agree() {
    for (ty, model) in [
        (scim_model::schema::core::user(), Type::user()),
        (scim_model::schema::core::group(), Type::group()),
        (specimen(), Type::specimen()),
    ] {
        for seed in 0..SEQUENCES {
            let (of_filter, of_document) = (choices::bytes(seed, 200), choices::bytes(seed + SEQUENCES, 500));
            let text = filters::filter(&mut Choices::new(&of_filter), ty);
            let mut document = values::document(&mut Choices::new(&of_document), ty);
            document["id"] = json!("a");
            document["meta"] = json!({"created": "2011-05-13T04:42:34Z", "lastModified": "2011-05-13T04:42:34.5Z",
                "resourceType": "ab", "location": "http://x/A", "version": "A"});
            let filter = Filter::parse(&text, &Limits::default()).unwrap().resolve(ty).unwrap();
            let ours = filter.matches(&Resource::from_stored(&document.to_string()).unwrap());
            let theirs = filter::matches(&filter::parse(&model, &text).unwrap(), &document);
            assert_eq!(ours, theirs, "{seed}: {text}\n{document}");
        }
    }
}
