//! Every advertised attribute of every resource type: does it behave as /Schemas says (RFC 7643 §2.2, §7)?
//!
//! Attributes that refer to another resource are left to the families that know one to refer to.

use crate::conformance::advertised::{Attribute, ResourceType};
use crate::conformance::answer::{Answer, holds, is_unassigned};
use crate::conformance::check::{Check, Family, Findings, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::sample;
use crate::conformance::session::{Made, Session};
use serde_json::{Map, Value, json};

pub const FAMILY: Family = Family {
    name: "attributes",
    checks: &[
        Check::new("U4.kept", &rules::U4, "what is advertised as writable is kept and returned", |s| Box::pin(kept(s))),
        Check::new("U4.cleared", &rules::U4, "and can be cleared, unless it is required", |s| Box::pin(cleared(s))),
        Check::new("D24.required", &rules::D24, "what is required must be there", |s| Box::pin(required(s))),
        Check::new("D24.read-only", &rules::D24, "readOnly is ignored in POST and PUT", |s| Box::pin(read_only(s))),
        Check::new("D24.immutable", &rules::D24, "immutable can be set once", |s| Box::pin(immutable(s))),
        Check::new("D25.never", &rules::D25, "writeOnly and returned never do not come back", |s| Box::pin(never(s))),
        Check::new("D25.request", &rules::D25, "returned on request comes when it is named, and only then", |s| {
            Box::pin(on_request(s))
        }),
        Check::new("D26.server", &rules::D26, "a unique value has one holder", |s| Box::pin(unique(s))),
        Check::new("D26.none", &rules::D26, "what is not unique may be held by two", |s| Box::pin(not_unique(s))),
        Check::new("D23.filter", &rules::D23, "a filter compares each attribute as caseExact says", |s| {
            Box::pin(case_in_filters(s))
        }),
    ],
};

/// One attribute where it stands: at the root, or in an extension.
struct Place<'a> {
    ty: &'a ResourceType,
    extension: Option<&'a str>,
    attribute: &'a Attribute,
}

impl Place<'_> {
    /// As a filter or path names it.
    fn path(&self) -> String {
        match self.extension {
            Some(urn) => format!("{urn}:{}", self.attribute.name),
            None => self.attribute.name.clone(),
        }
    }

    fn heading(&self) -> String {
        format!("{} {}", self.ty.name, self.path())
    }

    /// Members that set it.
    fn members(&self, value: Value) -> Value {
        let name = &self.attribute.name;
        match self.extension {
            Some(urn) => json!({ urn: { name: value } }),
            None => json!({ name: value }),
        }
    }

    fn of<'a>(&self, body: &'a Value) -> &'a Value {
        let holder = match self.extension {
            Some(urn) => body.get(urn).unwrap_or(&Value::Null),
            None => body,
        };
        holder.get(&self.attribute.name).unwrap_or(&Value::Null)
    }

    /// Takes it out of a body.
    fn leave_out(&self, body: &mut Value) {
        let holder = match self.extension {
            Some(urn) => body.get_mut(urn),
            None => Some(body),
        };
        holder.and_then(Value::as_object_mut).and_then(|members| members.shift_remove(&self.attribute.name));
    }
}

/// The attributes that `wanted` takes. None at all: not offered, in these words.
fn places<'a>(
    types: &'a [ResourceType],
    wanted: impl Fn(&Place<'_>) -> bool,
    otherwise: &str,
) -> Result<Vec<Place<'a>>, Stop> {
    let mut found = Vec::new();
    for ty in types {
        for (extension, attribute) in ty.all_attributes() {
            let place = Place { ty, extension, attribute };
            if wanted(&place) {
                found.push(place);
            }
        }
    }
    if found.is_empty() { Err(Stop::not_offered(otherwise)) } else { Ok(found) }
}

/// A resource of this type with these members; what is required besides gets new values.
async fn add(s: &mut Session, ty: &ResourceType, members: Value) -> Result<Made, Stop> {
    let body = body(s, ty, members);
    s.add(&ty.endpoint, body).await
}

fn body(s: &mut Session, ty: &ResourceType, members: Value) -> Value {
    let mut body = s.least(ty, "attribute");
    sample::lay_over(&mut body, members);
    Value::Object(body)
}

async fn kept(s: &mut Session) -> Verdict {
    let server = s.server();
    let mut findings = Findings::default();
    let mut tried = 0;
    for ty in &server.types {
        let places = places(std::slice::from_ref(ty), |place| place.attribute.is_writable(), "").unwrap_or_default();
        let mut whole = s.least(ty, "kept");
        let name = s.name("kept");
        for place in &places {
            let Some(value) = sample::value(place.attribute, &name) else { continue };
            tried += 1;
            // An extension has one object for all of its attributes.
            match place.extension.and_then(|urn| whole.get_mut(urn)).and_then(Value::as_object_mut) {
                Some(members) => drop(members.insert(place.attribute.name.clone(), value)),
                None => sample::lay_over(&mut whole, place.members(value)),
            }
        }
        let sent = Value::Object(whole);
        let answer = match s.post(&ty.endpoint, &sent).await?.expect(201) {
            Ok(answer) => answer,
            Err(stop) => {
                findings.note(&ty.name, Err(stop));
                continue;
            }
        };
        let read = s.get(&format!("{}/{}", ty.endpoint, answer.id())).await?.expect(200)?;
        for place in places.iter().filter(|place| place.attribute.is_returned_by_default()) {
            let value = without_hidden(place.attribute, place.of(&sent));
            let held = place.of(read.body());
            let same = is_unassigned(&value) || holds(held, &value);
            findings.note(&place.heading(), read.that(same, || format!("{value} was sent and {held} is there")));
        }
    }
    if tried == 0 {
        return Err(Stop::not_offered("/Schemas has no writable attribute"));
    }
    findings.done()
}

/// The value without the parts that no read shows.
fn without_hidden(attribute: &Attribute, value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| without_hidden(attribute, item)).collect(),
        Value::Object(members) => {
            let shown = |name: &&String| attribute.sub(name).is_none_or(Attribute::is_returned_by_default);
            let shown = members.iter().filter(|(name, _)| shown(name));
            Value::Object(shown.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

async fn cleared(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    let server = s.server();
    let clears = |place: &Place<'_>| {
        let attribute = place.attribute;
        // `active` has a check of its own, W7.active.
        let other = attribute.name != "active";
        other && !attribute.required && attribute.mutability == "readWrite" && attribute.is_returned_by_default()
    };
    let places = places(&server.types, clears, "/Schemas has nothing that can be cleared")?;
    let mut findings = Findings::default();
    for place in places {
        let name = s.name("cleared");
        let Some(value) = sample::value(place.attribute, &name) else { continue };
        let made = add(s, place.ty, place.members(value)).await?;
        let outcome = s.patched(&made.path, &json!([{ "op": "remove", "path": place.path() }])).await;
        let verdict = outcome.and_then(|answer| {
            let held = place.of(answer.body());
            answer.that(is_unassigned(held), || format!("{held} is still there"))
        });
        findings.note(&place.heading(), verdict);
    }
    findings.done()
}

async fn required(s: &mut Session) -> Verdict {
    let server = s.server();
    let needed = |place: &Place<'_>| {
        place.attribute.required && place.attribute.is_writable() && (place.extension.is_none() || is_required(place))
    };
    let places = places(&server.types, needed, "/Schemas has no required attribute")?;
    let mut findings = Findings::default();
    for place in places {
        let mut body = body(s, place.ty, json!({}));
        place.leave_out(&mut body);
        let answer = s.post(&place.ty.endpoint, &body).await?;
        findings.note(&place.heading(), answer.error(400, &["invalidValue"]).map(drop));
    }
    findings.done()
}

/// Whether the extension around it is.
fn is_required(place: &Place<'_>) -> bool {
    place.extension.and_then(|urn| place.ty.extension(urn)).is_some_and(|schema| schema.required)
}

async fn read_only(s: &mut Session) -> Verdict {
    let server = s.server();
    let places = places(&server.types, |place| !place.attribute.is_writable(), "/Schemas has no readOnly attribute")?;
    let mut findings = Findings::default();
    for place in places {
        let value = made_up(place.attribute);
        let made = match add(s, place.ty, place.members(value.clone())).await {
            Ok(made) => made,
            Err(stop) => {
                findings.note(&place.heading(), Err(stop));
                continue;
            }
        };
        let put = s.put(&made.path, &made.sent).await?.expect(200);
        let verdict = put.and_then(|put| {
            let taken = |answer: &Answer| holds(place.of(answer.body()), &value);
            made.answer.that(!taken(&made.answer), || "POST took what was sent".to_owned())?;
            put.that(!taken(&put), || "PUT took what was sent".to_owned())
        });
        findings.note(&place.heading(), verdict);
    }
    findings.done()
}

/// A value of roughly the right shape that no server would come upon.
fn made_up(attribute: &Attribute) -> Value {
    let one = if attribute.kind == "complex" {
        let first = attribute.sub_attributes.iter().find(|part| part.kind == "string");
        json!({ first.map_or("value", |part| part.name.as_str()): "conformance-made-up" })
    } else {
        match attribute.kind.as_str() {
            "boolean" => json!(true),
            "integer" => json!(987_654_321),
            "decimal" => json!(98_765.25),
            "dateTime" => json!("2001-02-03T04:05:06Z"),
            _ => json!("conformance-made-up"),
        }
    };
    if attribute.multi_valued { json!([one]) } else { one }
}

async fn immutable(s: &mut Session) -> Verdict {
    let server = s.server();
    let once = |place: &Place<'_>| place.attribute.mutability == "immutable";
    let places = places(&server.types, once, "/Schemas has no immutable attribute outside of lists")?;
    let mut findings = Findings::default();
    for place in places {
        let (first, second) = (s.name("first"), s.name("second"));
        let (Some(first), Some(second)) =
            (sample::value(place.attribute, &first), sample::value(place.attribute, &second))
        else {
            continue;
        };
        if first == second {
            continue;
        }
        let made = add(s, place.ty, place.members(first)).await?;
        let again = s.put(&made.path, &made.sent).await?;
        findings.note(&place.heading(), again.expect(200).map(drop));
        let mut changed = made.sent.as_object().cloned().unwrap_or_default();
        sample::lay_over(&mut changed, place.members(second));
        let answer = s.put(&made.path, &Value::Object(changed)).await?;
        findings.note(&place.heading(), answer.error(400, &["mutability"]).map(drop));
    }
    findings.done()
}

async fn never(s: &mut Session) -> Verdict {
    let server = s.server();
    let hidden = |place: &Place<'_>| {
        place.attribute.is_writable()
            && (place.attribute.returned == "never" || place.attribute.mutability == "writeOnly")
    };
    let places = places(&server.types, hidden, "/Schemas has nothing that is never returned")?;
    let mut findings = Findings::default();
    for place in places {
        let name = s.name("never");
        let Some(value) = sample::value(place.attribute, &name) else { continue };
        let made = add(s, place.ty, place.members(value)).await?;
        let asked = s.query(&made.path, &[("attributes", place.path().as_str())]).await?;
        for answer in [&made.answer, &s.get(&made.path).await?, &asked] {
            let held = place.of(answer.body());
            findings.note(&place.heading(), answer.that(is_unassigned(held), || "it is returned".to_owned()));
        }
    }
    findings.done()
}

async fn on_request(s: &mut Session) -> Verdict {
    let server = s.server();
    let asked = |place: &Place<'_>| place.attribute.is_writable() && place.attribute.returned == "request";
    let places = places(&server.types, asked, "/Schemas has nothing that is returned on request")?;
    let mut findings = Findings::default();
    for place in places {
        let name = s.name("request");
        let Some(value) = sample::value(place.attribute, &name) else { continue };
        let made = add(s, place.ty, place.members(value.clone())).await?;
        let plain = s.get(&made.path).await?.expect(200)?;
        let held = place.of(plain.body());
        findings.note(&place.heading(), plain.that(is_unassigned(held), || "it is returned unasked".to_owned()));
        let named = s.query(&made.path, &[("attributes", place.path().as_str())]).await?.expect(200)?;
        let held = place.of(named.body());
        findings.note(
            &place.heading(),
            named.that(holds(held, &value), || format!("{held} is returned instead of {value}")),
        );
    }
    findings.done()
}

fn is_simple_text(attribute: &Attribute) -> bool {
    attribute.kind == "string"
        && !attribute.multi_valued
        && attribute.mutability == "readWrite"
        && attribute.canonical_values.is_empty()
}

async fn unique(s: &mut Session) -> Verdict {
    let server = s.server();
    let one_holder = |place: &Place<'_>| is_simple_text(place.attribute) && place.attribute.uniqueness != "none";
    let places = places(&server.types, one_holder, "/Schemas has no unique string")?;
    let mut findings = Findings::default();
    for place in places {
        let name = s.name("unique");
        let Some(value) = sample::value(place.attribute, &name) else { continue };
        let made = add(s, place.ty, place.members(value.clone())).await?;
        let second = body(s, place.ty, place.members(value.clone()));
        let heading = place.heading();
        findings.note(&heading, s.post(&place.ty.endpoint, &second).await?.error(409, &["uniqueness"]).map(drop));
        let other = add(s, place.ty, json!({})).await?;
        let mut changed = other.sent.as_object().cloned().unwrap_or_default();
        sample::lay_over(&mut changed, place.members(value.clone()));
        let put = s.put(&other.path, &Value::Object(changed)).await?;
        findings.note(&heading, put.error(409, &["uniqueness"]).map(drop));
        if s.server().supports("patch") {
            let operations = json!([{ "op": "replace", "path": place.path(), "value": value }]);
            findings.note(&heading, s.patch(&other.path, &operations).await?.error(409, &["uniqueness"]).map(drop));
        }
        s.delete(&made.path).await?.expect(204)?;
        findings.note(&heading, s.post(&place.ty.endpoint, &second).await?.expect(201).map(drop));
    }
    findings.done()
}

async fn not_unique(s: &mut Session) -> Verdict {
    let server = s.server();
    let shared = |place: &Place<'_>| is_simple_text(place.attribute) && place.attribute.uniqueness == "none";
    let places = places(&server.types, shared, "/Schemas has no string that may be held by two")?;
    let mut findings = Findings::default();
    for place in places {
        let name = s.name("shared");
        let Some(value) = sample::value(place.attribute, &name) else { continue };
        add(s, place.ty, place.members(value.clone())).await?;
        let second = body(s, place.ty, place.members(value));
        findings.note(&place.heading(), s.post(&place.ty.endpoint, &second).await?.expect(201).map(drop));
    }
    findings.done()
}

async fn case_in_filters(s: &mut Session) -> Verdict {
    s.offers("filter")?;
    let server = s.server();
    let shown = |place: &Place<'_>| is_simple_text(place.attribute) && place.attribute.is_returned_by_default();
    let places = places(&server.types, shown, "/Schemas has no plain string")?;
    let mut findings = Findings::default();
    for place in places {
        let name = s.name("case");
        let Some(Value::String(value)) = sample::value(place.attribute, &name) else { continue };
        let made = add(s, place.ty, place.members(json!(value))).await?;
        for (asked, found) in [(value.clone(), true), (value.to_uppercase(), !place.attribute.case_exact)] {
            if asked == value && !found {
                continue;
            }
            let filter = format!("{} eq {}", place.path(), json!(asked));
            let answer = s.query(&place.ty.endpoint, &[("filter", filter.as_str())]).await?;
            let verdict = answer.resources().and_then(|resources| {
                let there = resources.iter().any(|resource| resource.get("id") == Some(&json!(made.id)));
                answer.that(there == found, || if found { "it is not found" } else { "it is found" }.to_owned())
            });
            findings.note(&format!("{} {filter}", place.ty.name), verdict);
        }
    }
    findings.done()
}
