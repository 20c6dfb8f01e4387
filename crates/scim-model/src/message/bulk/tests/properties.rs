//! What holds for every bulk request.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{BASE, Store, Toy, parse, post, request, run, success};
use crate::limits::Limits;
use crate::message::bulk::{BulkMethod, BulkRequest, BulkRun, ReadyOperation, Work, reference};
use crate::message::error::ScimError;
use crate::schema::core;

/// Operations in an order in which each comes after what it refers to.
fn sorted_operations() -> impl Strategy<Value = Vec<Value>> {
    let one = (any::<bool>(), proptest::collection::vec(any::<proptest::sample::Index>(), 0..4), 0_usize..4);
    proptest::collection::vec(one, 1..25).prop_map(|plan| {
        let mut operations: Vec<Value> = Vec::new();
        let mut made: Vec<String> = Vec::new();
        for (number, (creates, references, target)) in plan.into_iter().enumerate() {
            let references: Vec<Value> = references
                .iter()
                .filter(|_| !made.is_empty())
                .map(|index| json!({ "value": format!("bulkId:{}", made[index.index(made.len())]) }))
                .collect();
            if creates || made.is_empty() {
                let name = format!("n{number}");
                let (endpoint, attribute) = if number % 3 == 0 { ("/Groups", "members") } else { ("/Users", "refs") };
                operations.push(post(endpoint, &name, json!({ attribute: references })));
                made.push(name);
            } else {
                // Two resources that were there before, and two of those that are made.
                let path = match target {
                    0 | 1 => format!("/Users/{target}"),
                    _ => format!("/Users/bulkId:{}", made[number % made.len()]),
                };
                operations
                    .push(json!({ "method": "PATCH", "path": path, "data": { "number": number, "refs": references } }));
            }
        }
        operations
    })
}

/// The same operations in another order; those on one resource stay in theirs.
fn shuffled(operations: &[Value], keys: &[u32]) -> Vec<Value> {
    let mut order: Vec<usize> = (0..operations.len()).collect();
    order.sort_by_key(|index| (keys[index % keys.len()], *index));
    let mut shuffled: Vec<Value> = order.iter().map(|index| operations[*index].clone()).collect();
    let is_change = |operation: &Value| operation["method"] == "PATCH";
    let paths: BTreeSet<String> = operations
        .iter()
        .filter(|operation| is_change(operation))
        .filter_map(|operation| operation["path"].as_str().map(str::to_owned))
        .collect();
    for path in paths {
        let on_it = |operation: &&Value| is_change(operation) && operation["path"].as_str() == Some(&path);
        let mut in_order = operations.iter().filter(on_it).cloned();
        for place in shuffled.iter_mut().filter(|operation| on_it(&&**operation)) {
            *place = in_order.next().unwrap();
        }
    }
    shuffled
}

fn store_after(operations: Vec<Value>) -> Store {
    let mut toy = Toy::default();
    toy.store.extend(["0", "1"].map(|id| (id.to_owned(), json!([]))));
    toy.play(run(Value::Array(operations)));
    assert_eq!(toy.refused, BTreeMap::new());
    toy.store
}

/// Anything that could stand in a bulk request, and much that could not.
fn any_operation() -> impl Strategy<Value = Value> {
    let texts = proptest::sample::select(vec![
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "GET",
        "/Users",
        "/Groups",
        "/Users/1",
        "/Users/bulkId:a",
        "a",
        "b",
        "c",
        "bulkId:a",
        "bulkId:b",
        "bulkId:c",
        "bulkId:",
        "/bulkId:b",
        "%FF",
        "",
    ]);
    let leaf =
        prop_oneof![4 => texts.prop_map(Value::from), 1 => Just(Value::Null), 1 => any::<i64>().prop_map(Value::from)];
    let inner = leaf.prop_recursive(3, 12, 4, |inner| {
        let names = proptest::sample::select(vec!["members", "value", "path", "data"]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((names, inner), 0..4).prop_map(|members| Value::Object(
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    });
    let names = proptest::sample::select(vec!["method", "bulkId", "path", "data", "version"]);
    let members = proptest::collection::vec((names, inner), 0..8);
    (members, proptest::option::of(0_usize..4)).prop_map(|(members, kind)| {
        let members: Map<String, Value> = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let mut operation = Value::Object(members);
        if let Some(kind) = kind {
            operation["method"] = ["POST", "PUT", "PATCH", "POST"][kind].into();
            operation["path"] = ["/Users", "/Users/1", "/Groups/bulkId:a", "/Groups"][kind].into();
        }
        operation
    })
}

proptest! {
    #[test]
    fn any_bytes(body in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = BulkRequest::parse(&body, BASE, &Limits::default());
    }

    /// The order in which a client writes operations that refer to each other makes no difference.
    #[test]
    fn any_order_comes_to_the_same(operations in sorted_operations(), keys in proptest::collection::vec(any::<u32>(), 1..25)) {
        let other = shuffled(&operations, &keys);
        prop_assert_eq!(store_after(operations), store_after(other));
    }

    /// Every operation is processed exactly once, whatever stands in it and whatever fails, unless `failOnErrors` says
    /// so; and never is a reference left.
    #[test]
    fn each_operation_once(operations in proptest::collection::vec(any_operation(), 1..12), fail in any::<u16>(), limit in proptest::option::of(1_u64..4)) {
        let mut body = request(Value::Array(operations));
        if let Some(limit) = limit {
            body["failOnErrors"] = limit.into();
        }
        let Ok(parsed) = parse(&body) else { return Ok(()) };
        let count = parsed.len();
        let mut run = BulkRun::new(parsed, &core::types());
        let (mut processed, mut failures) = (Vec::new(), 0);
        while let Some(work) = run.next_work() {
            prop_assert!(limit.is_none_or(|limit| failures < limit));
            match work {
                Work::Refused { index, error, .. } => {
                    processed.push(index);
                    failures += 1;
                    run.failed(index, None, error);
                }
                Work::One(operation) => {
                    let ReadyOperation { index, data, parts, .. } = operation;
                    let mut left = 0;
                    let _ = reference::each(&data, crate::check::Place::top("data"), false, &mut |_, _| { left += 1; Ok(()) });
                    prop_assert_eq!((left, parts.iter().filter(|part| part.starts_with("bulkId:")).count()), (0, 0));
                    processed.push(index);
                    if fail >> index & 1 == 1 {
                        failures += 1;
                        run.failed(index, None, ScimError::uniqueness("taken"));
                    } else {
                        run.succeeded(index, &format!("{index}"), success(200));
                    }
                }
                Work::Circle(circle) => {
                    for (place, operation) in circle.iter().enumerate() {
                        prop_assert_eq!(operation.method, BulkMethod::Post);
                        processed.push(operation.index);
                        run.succeeded(operation.index, &format!("circle-{place}"), success(201));
                    }
                }
            }
        }
        let in_answer = serde_json::from_str::<Value>(&run.into_response()).unwrap()["Operations"].as_array().unwrap().len();
        prop_assert_eq!(in_answer, processed.len());
        processed.sort_unstable();
        if limit.is_none() {
            prop_assert_eq!(processed, (0..count).collect::<Vec<_>>());
        } else {
            processed.dedup();
            prop_assert_eq!(processed.len(), in_answer);
        }
    }
}
