//! The resource of who asks (RFC 7644 §3.11). Nothing is changed there: it is somebody's.

use crate::conformance::answer::Answer;
use crate::conformance::check::{Check, Family, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::json;

pub const FAMILY: Family = Family {
    name: "me",
    checks: &[
        Check::new("T3.answer", &rules::T3, "/Me is a resource, a redirect, or 501", |s| Box::pin(answer(s))),
        Check::new("T3.location", &rules::T3, "Location is the resource's own URI", |s| Box::pin(location(s))),
        Check::new("T3.attributes", &rules::T3, "attributes is obeyed", |s| Box::pin(attributes(s))),
    ],
};

async fn me(s: &mut Session) -> Result<Answer, Stop> {
    let answer = s.get("/Me").await?;
    if answer.status() == 501 {
        answer.is_scim_error()?;
        return Err(Stop::not_offered(
            "/Me is answered 501: the credential stands for nobody, or there is no such thing",
        ));
    }
    Ok(answer)
}

async fn answer(s: &mut Session) -> Verdict {
    let answer = me(s).await?;
    if matches!(answer.status(), 307 | 308) {
        let there = answer.header("location").is_some_and(|location| !location.is_empty());
        return answer.that(there, || "a redirect without Location".to_owned());
    }
    let answer = answer.expect(200)?;
    answer.that(!answer.id().is_empty(), || "the resource has no id".to_owned())?;
    answer.that(answer.get("schemas").is_array(), || "the resource has no schemas".to_owned())
}

async fn location(s: &mut Session) -> Verdict {
    let answer = me(s).await?;
    if answer.status() != 200 {
        return Err(Stop::not_offered(format!("/Me is answered {}", answer.status())));
    }
    let header = answer.header("location").or_else(|| answer.header("content-location")).unwrap_or_default();
    answer.that(!header.is_empty(), || "there is no Location".to_owned())?;
    answer.equals("/meta/location", &json!(header))?;
    answer.that(!header.ends_with("/Me"), || format!("`{header}` is not the resource's own URI"))
}

async fn attributes(s: &mut Session) -> Verdict {
    let whole = me(s).await?;
    if whole.status() != 200 {
        return Err(Stop::not_offered(format!("/Me is answered {}", whole.status())));
    }
    let answer = s.query("/Me", &[("attributes", "userName")]).await?.expect(200)?;
    answer.equals("/id", &json!(whole.id()))?;
    answer.equals("/userName", whole.get("userName"))?;
    answer.lacks("/name")
}
