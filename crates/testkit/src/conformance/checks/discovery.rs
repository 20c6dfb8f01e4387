//! ServiceProviderConfig, and how the discovery endpoints behave (RFC 7643 §5, RFC 7644 §4).

use crate::conformance::answer::{Answer, has_schema};
use crate::conformance::check::{Check, Family, Findings, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use crate::http::Request;
use serde_json::{Value, json};

const CONFIG: &str = "/ServiceProviderConfig";
const LISTS: [&str; 2] = ["/ResourceTypes", "/Schemas"];
const CONFIG_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

pub const FAMILY: Family = Family {
    name: "discovery",
    checks: &[
        Check::new("S1.config", &rules::S1, "ServiceProviderConfig says all it must", |s| Box::pin(config(s))),
        Check::new("S1.schemes", &rules::S1, "each way to authenticate has type, name and description", |s| {
            Box::pin(schemes(s))
        }),
        Check::new("D14.schemes", &rules::D14, "at most one way to authenticate is primary", |s| {
            Box::pin(one_primary_scheme(s))
        }),
        Check::new("S2.anonymous", &rules::S2, "ServiceProviderConfig is there for everybody", |s| {
            Box::pin(anonymous(s))
        }),
        Check::new("S3.resource-types", &rules::S3, "/ResourceTypes lists everything, and each by its id", |s| {
            Box::pin(each(s, "/ResourceTypes"))
        }),
        Check::new("S3.schemas", &rules::S3, "/Schemas lists everything, and each by its id", |s| {
            Box::pin(each(s, "/Schemas"))
        }),
        Check::new("S3.unknown", &rules::S3, "an unknown schema or resource type is 404", |s| Box::pin(unknown(s))),
        Check::new("S8.paging", &rules::S8, "paging, sorting and attributes are ignored", |s| Box::pin(ignored(s))),
        Check::new("S9.filter", &rules::S9, "a filter is answered 403", |s| Box::pin(filter(s))),
        Check::new("S10.read-only", &rules::S10, "nothing can be written", |s| Box::pin(read_only(s))),
        Check::new("S11.bulk-off", &rules::S11, "bulk that is not supported does nothing", |s| Box::pin(bulk_off(s))),
        Check::new("S11.patch-off", &rules::S11, "PATCH that is not supported does nothing", |s| {
            Box::pin(patch_off(s))
        }),
        Check::new("S11.password", &rules::S11, "changePassword says whether a password can be changed", |s| {
            Box::pin(change_password(s))
        }),
        Check::new("S11.max-results", &rules::S11, "no page is longer than filter.maxResults", |s| {
            Box::pin(max_results(s))
        }),
    ],
};

async fn config(s: &mut Session) -> Verdict {
    let answer = s.get(CONFIG).await?.expect(200)?;
    answer.that(has_schema(answer.body(), CONFIG_SCHEMA), || format!("schemas does not contain {CONFIG_SCHEMA}"))?;
    let mut findings = Findings::default();
    for feature in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
        let held = answer.at(&format!("/{feature}/supported"));
        let verdict = answer.that(held.is_boolean(), || format!("{feature}.supported is {held} instead of a boolean"));
        findings.note("", verdict);
    }
    for (feature, limit) in [("bulk", "maxOperations"), ("bulk", "maxPayloadSize"), ("filter", "maxResults")] {
        let held = answer.at(&format!("/{feature}/{limit}"));
        let verdict = answer.that(held.is_u64(), || format!("{feature}.{limit} is {held} instead of a whole number"));
        findings.note("", verdict);
    }
    let schemes = answer.get("authenticationSchemes");
    findings.note("", answer.that(schemes.is_array(), || format!("authenticationSchemes is {schemes}, no list")));
    findings.done()
}

async fn schemes(s: &mut Session) -> Verdict {
    let answer = s.get(CONFIG).await?.expect(200)?;
    let mut findings = Findings::default();
    for scheme in answer.get("authenticationSchemes").as_array().into_iter().flatten() {
        for name in ["type", "name", "description"] {
            let there = scheme.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
            findings.note("", answer.that(there, || format!("{scheme} has no {name}")));
        }
    }
    findings.done()
}

async fn one_primary_scheme(s: &mut Session) -> Verdict {
    let answer = s.get(CONFIG).await?.expect(200)?;
    let schemes = answer.get("authenticationSchemes").as_array().into_iter().flatten();
    let primary = schemes.filter(|scheme| scheme.get("primary") == Some(&Value::Bool(true))).count();
    answer.that(primary <= 1, || format!("{primary} authentication schemes are primary"))
}

async fn anonymous(s: &mut Session) -> Verdict {
    s.send(Request::new("GET", CONFIG).header("Accept", "application/scim+json")).await?.expect(200).map(drop)
}

async fn each(s: &mut Session, endpoint: &str) -> Verdict {
    let list = s.get(endpoint).await?;
    let resources = list.resources()?.to_vec();
    let total = list.total()?;
    list.that(total == resources.len() as u64, || {
        format!("totalResults is {total}, but {} are listed", resources.len())
    })?;
    list.that(total > 0, || "the list is empty".to_owned())?;
    let mut findings = Findings::default();
    for resource in &resources {
        // The id of a resource type is optional (RFC 7643 §6); its name is then what it is called by.
        let text = |key: &str| resource.get(key).and_then(Value::as_str);
        let Some(id) = text("id").or_else(|| text("name")) else {
            findings.note("", Err(list.fail("an entry has neither id nor name")));
            continue;
        };
        let one = s.get(&format!("{endpoint}/{id}")).await?;
        let verdict = one.expect(200).and_then(|one| {
            one.that(one.get("id") == resource.get("id").unwrap_or(&Value::Null), || "the id is another one".to_owned())
        });
        findings.note(id, verdict);
    }
    findings.done()
}

async fn unknown(s: &mut Session) -> Verdict {
    for target in ["/Schemas/urn:conformance:nobody", "/ResourceTypes/ConformanceNobody"] {
        s.get(target).await?.error(404, &[])?;
    }
    Ok(())
}

async fn ignored(s: &mut Session) -> Verdict {
    let ids = |answer: &Answer| -> Result<Vec<Value>, Stop> {
        let resources = answer.resources()?;
        Ok(resources.iter().map(|one| one.get("id").or_else(|| one.get("name")).cloned().unwrap_or_default()).collect())
    };
    for endpoint in LISTS {
        let whole = ids(&s.get(endpoint).await?)?;
        let parameters = [("startIndex", "2"), ("count", "1"), ("sortBy", "id"), ("attributes", "id")];
        let answer = s.query(endpoint, &parameters).await?;
        let mut cut = ids(&answer)?;
        answer.that(cut.len() == whole.len(), || format!("{} of {} entries are left", cut.len(), whole.len()))?;
        let named = answer.resources()?.iter().all(|one| one.get("name").is_some());
        answer.that(named, || "attributes=id took the name away".to_owned())?;
        cut.retain(|id| !whole.contains(id));
        answer.that(cut.is_empty(), || "the entries are others".to_owned())?;
    }
    Ok(())
}

async fn filter(s: &mut Session) -> Verdict {
    let mut findings = Findings::default();
    for endpoint in LISTS {
        let answer = s.query(endpoint, &[("filter", "id pr")]).await?;
        findings.note(endpoint, answer.error(403, &[]).map(drop));
    }
    findings.done()
}

async fn read_only(s: &mut Session) -> Verdict {
    let mut findings = Findings::default();
    for endpoint in [CONFIG, LISTS[0], LISTS[1]] {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let body = json!({ "schemas": ["urn:conformance:nobody"], "id": "conformance", "name": "conformance" });
            let answer = s.write(method, endpoint, &body).await?;
            findings.note(&format!("{method} {endpoint}"), answer.refused().map(drop));
        }
    }
    findings.done()
}

async fn bulk_off(s: &mut Session) -> Verdict {
    if s.server().supports("bulk") {
        return Err(Stop::not_offered("bulk is supported: the family `bulk` checks it"));
    }
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{ "method": "DELETE", "path": format!("{}/conformance", s.users()?) }],
    });
    s.write("POST", "/Bulk", &body).await?.refused().map(drop)
}

async fn patch_off(s: &mut Session) -> Verdict {
    if s.server().supports("patch") {
        return Err(Stop::not_offered("PATCH is supported: the families of PATCH check it"));
    }
    let user = s.add_user(json!({})).await?;
    let text = s.text()?;
    s.patch(&user.path, &json!([{ "op": "add", "path": text, "value": "x" }])).await?.refused().map(drop)
}

async fn change_password(s: &mut Session) -> Verdict {
    s.offers("patch")?;
    s.user_has(&["password"])?;
    let user = s.add_user(json!({})).await?;
    let operations = json!([{ "op": "replace", "path": "password", "value": "Conformance-1!" }]);
    let answer = s.patch(&user.path, &operations).await?;
    if s.server().supports("changePassword") { answer.success() } else { answer.refused() }.map(drop)
}

async fn max_results(s: &mut Session) -> Verdict {
    let server = s.server();
    let Some(most) = server.config.pointer("/filter/maxResults").and_then(Value::as_u64) else {
        return Err(Stop::not_offered("ServiceProviderConfig has no filter.maxResults"));
    };
    let users = s.users()?;
    // Something must be there to be too much of.
    s.add_user(json!({})).await?;
    s.add_user(json!({})).await?;
    let answer = s.query(&users, &[("count", &(most + 1).to_string())]).await?;
    let length = answer.resources()?.len() as u64;
    answer.that(length <= most, || format!("{length} resources are returned, and maxResults is {most}"))
}
