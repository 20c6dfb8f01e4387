//! Four people whom the families of queries ask about. Made for the first check that needs them, gone after the last of
//! its family.

use crate::conformance::answer::Answer;
use crate::conformance::check::{Stop, Verdict};
use crate::conformance::session::Session;
use serde_json::{Value, json};
use std::sync::Arc;

/// Ada, Bob, Carol and Dave.
///
/// | | ada | bob | carol | dave |
/// |---|---|---|---|---|
/// | user name, between prefix and domain | `ada` | `Bob` | `carol` | `dave_x` |
/// | the text attribute | `Boss` | none | `50% off_` | `boss of "all" \` |
/// | active | true | false | true | true |
/// | e-mails | home, work (primary) | work | none | one without a type |
/// | name | Ada Lovelace | none | smith | none |
#[derive(Debug)]
pub struct Cast {
    pub paths: Vec<String>,
    /// The ids, in the order of [`NAMES`].
    ids: Vec<String>,
    /// The answers to their POSTs, in the same order.
    pub answers: Vec<Answer>,
    /// Begins every user name of theirs, and nobody else's.
    pub prefix: String,
    pub text: &'static str,
}

pub const NAMES: [&str; 4] = ["ada", "bob", "carol", "dave"];

/// Ends every user name: many servers want an e-mail address.
pub const DOMAIN: &str = "@conformance.example";

impl Cast {
    /// A filter that takes the cast and nobody else.
    pub fn everybody(&self) -> String {
        format!("userName sw \"{}\"", self.prefix)
    }

    pub fn id(&self, name: &str) -> &str {
        let index = NAMES.iter().position(|known| *known == name);
        index.and_then(|index| self.ids.get(index)).map_or("", String::as_str)
    }

    /// Their names, in the order in which these resources list them; strangers are left out.
    pub fn names_in(&self, resources: &[Value]) -> Vec<&'static str> {
        let name = |resource: &Value| {
            let id = resource.get("id")?.as_str()?;
            let index = self.ids.iter().position(|known| known == id)?;
            NAMES.get(index).copied()
        };
        resources.iter().filter_map(name).collect()
    }
}

/// The cast, made now if it is not there.
pub async fn cast(s: &mut Session) -> Result<Arc<Cast>, Stop> {
    if let Some(cast) = &s.cast {
        return Ok(Arc::clone(cast));
    }
    let text = s.text()?;
    s.user_has(&["emails", "name", "active"])?;
    let prefix = s.name("cast");
    let email = |name: &str, place: &str| format!("{prefix}-{name}@{place}.example");
    let people = [
        json!({
            "userName": format!("{prefix}ada{DOMAIN}"), text: "Boss", "active": true, "externalId": format!("{prefix}A"),
            "name": { "givenName": "Ada", "familyName": "Lovelace" },
            "emails": [
                { "value": email("z-ada", "home"), "type": "home" },
                { "value": email("a-ada", "work"), "type": "work", "primary": true },
            ],
        }),
        json!({
            "userName": format!("{prefix}Bob{DOMAIN}"), "active": false, "externalId": format!("{prefix}B"),
            "emails": [{ "value": email("m-bob", "work"), "type": "work" }],
        }),
        json!({
            "userName": format!("{prefix}carol{DOMAIN}"), text: "50% off_", "active": true, "externalId": format!("{prefix}C"),
            "name": { "familyName": "smith" },
        }),
        json!({
            "userName": format!("{prefix}dave_x{DOMAIN}"), text: "boss of \"all\" \\", "active": true,
            "externalId": format!("{prefix}D"), "emails": [{ "value": email("p-dave", "home") }],
        }),
    ];
    let mut cast = Cast { paths: Vec::new(), ids: Vec::new(), answers: Vec::new(), prefix, text };
    let extension = s.enterprise();
    for (index, mut person) in people.into_iter().enumerate() {
        // Ada and Carol have an extension, with numbers that sort otherwise as text.
        if let (Ok(urn), 0 | 2) = (&extension, index) {
            person[*urn] =
                json!({ "employeeNumber": format!("{}{}", cast.prefix, index + 1), "department": "Engines" });
        }
        let made = s.add_user(person).await?;
        cast.paths.push(made.path);
        cast.ids.push(made.id);
        cast.answers.push(made.answer);
    }
    s.keep();
    let cast = Arc::new(cast);
    s.cast = Some(Arc::clone(&cast));
    Ok(cast)
}

/// Holds that a filter finds just these of the cast. `{ada}` stands for her user name, `~` for how all of them begin, and
/// `#` for the text attribute. The filter is narrowed to the cast.
pub async fn finds(s: &mut Session, filter: &str, expected: &[&str]) -> Verdict {
    let cast = cast(s).await?;
    let filter = format!("({}) and {}", write_out(&cast, filter), cast.everybody());
    asks(s, &cast, &filter, expected).await
}

/// As [`finds`], but with nothing around the filter: for what finds few by itself.
pub async fn finds_alone(s: &mut Session, filter: &str, expected: &[&str]) -> Verdict {
    let cast = cast(s).await?;
    let filter = write_out(&cast, filter);
    asks(s, &cast, &filter, expected).await
}

pub fn write_out(cast: &Cast, filter: &str) -> String {
    let mut filter = filter.replace('~', &cast.prefix).replace('#', cast.text);
    for (name, answer) in NAMES.iter().zip(&cast.answers) {
        filter = filter.replace(&format!("{{{name}}}"), answer.text("/userName"));
    }
    filter
}

async fn asks(s: &mut Session, cast: &Cast, filter: &str, expected: &[&str]) -> Verdict {
    s.offers("filter")?;
    let users = s.users()?;
    let answer = s.query(&users, &[("filter", filter)]).await?;
    let mut found = cast.names_in(answer.resources()?);
    found.sort_unstable();
    answer.that(found == expected, || {
        format!("`{filter}` finds [{}] instead of [{}]", found.join(", "), expected.join(", "))
    })
}

/// Holds that a filter is refused as one that cannot be read or used.
pub async fn invalid(s: &mut Session, filter: &str) -> Verdict {
    let cast = cast(s).await?;
    s.offers("filter")?;
    let users = s.users()?;
    let filter = write_out(&cast, filter);
    let answer = s.query(&users, &[("filter", filter.as_str())]).await?;
    answer.error(400, &["invalidFilter"]).map(drop).map_err(|stop| match stop {
        Stop::Failed { what, exchange } => Stop::Failed { what: format!("`{filter}`: {what}"), exchange },
        other => other,
    })
}
