//! `GET /t/{slug}/reports/provisioning`: the provisioning report. Its whole state is in the URL.

use super::EventLine;
use crate::chart::Bucket;
use crate::chart::Chart;
use crate::shell::Section;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::fields::Fields;
use ::provisioning::{EventReport, EventSearch, Operation, Outcome, Reason};
use actix_web::http::StatusCode;
use askama::Template;
use database::Timestamp;

/// The page.
#[derive(Template)]
#[template(path = "pages/reports/provisioning.html")]
pub struct Provisioning {
    pub shell: Shell,
    pub criteria: Criteria,
    /// Names of the tenant's applications, as suggestions.
    pub applications: Vec<String>,
    /// Value and label of every operation.
    pub operations: Vec<(&'static str, &'static str)>,
    /// Value and label of every outcome.
    pub outcomes: Vec<(&'static str, &'static str)>,
    /// Why the search could not run; empty when it did.
    pub error: String,
    pub lines: Vec<EventLine>,
    /// `1,128 operations`, `10,000+ operations`
    pub total: String,
    pub chart: Option<Chart>,
    pub reasons: Vec<ReasonRow>,
    /// The identifier matches more people than one search takes.
    pub too_broad: bool,
    /// There are more rows about the identifier than are looked at: total, chart and reasons are of the newest.
    pub only_the_newest: bool,
    /// Each criterion that narrows, with the address without it.
    pub filters: Vec<(String, String)>,
    /// `in the last 24 hours`, `from … to …`
    pub range: String,
    pub next: String,
    pub first: String,
    /// The same search over 30 days; empty when it already covers that.
    pub wider: String,
    /// The same search without the application; empty when none is given.
    pub everywhere: String,
}

/// What was asked for, as the URL says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria {
    pub identifier: String,
    pub application: String,
    /// One of [`SPANS`], or `custom`.
    pub span: String,
    /// `2026-11-23T15:42`, UTC; used when `span` is `custom`.
    pub from: String,
    pub to: String,
    pub operation: String,
    pub outcome: String,
    /// Code of a reason of failure.
    pub reason: String,
}

/// Value, label, length in minutes and wording of every fixed timespan.
pub const SPANS: [(&str, &str, i64, &str); 5] = [
    ("15m", "15 min", 15, "in the last 15 minutes"),
    ("1h", "1 h", 60, "in the last hour"),
    ("24h", "24 h", 1_440, "in the last 24 hours"),
    ("7d", "7 d", 10_080, "in the last 7 days"),
    ("30d", "30 d", 43_200, "in the last 30 days"),
];

/// A reason of failure.
pub struct ReasonRow {
    pub text: String,
    /// The same search, narrowed to it.
    pub href: String,
    pub count: String,
    /// Share of the most frequent reason, 1 to 100.
    pub share: i64,
}

impl Criteria {
    /// The address of the report with these criteria.
    pub fn address(&self, base: &str) -> String {
        let custom = self.span == "custom";
        crate::text::address(
            &format!("{base}/reports/provisioning"),
            &[
                ("identifier", &self.identifier),
                ("application", &self.application),
                ("span", &self.span),
                ("from", if custom { &self.from } else { "" }),
                ("to", if custom { &self.to } else { "" }),
                ("operation", &self.operation),
                ("outcome", &self.outcome),
                ("reason", &self.reason),
            ],
        )
    }

    /// The timespan in UTC milliseconds, from (inclusive) and to (exclusive).
    ///
    /// # Errors
    /// What is wrong with a custom one, as a sentence.
    pub fn range_ms(&self, now_ms: i64) -> Result<(i64, i64), String> {
        if self.span != "custom" {
            let minutes = SPANS.iter().find(|span| span.0 == self.span).map_or(1_440, |span| span.2);
            // A row written in this very millisecond belongs to the answer.
            return Ok((now_ms - minutes * 60_000, now_ms + 1));
        }
        let from = crate::moment::parse_local(&self.from).ok_or("Enter the date and time at which the span begins.")?;
        let to = crate::moment::parse_local(&self.to).ok_or("Enter the date and time at which the span ends.")?;
        if from >= to {
            return Err("The span must end after it begins.".into());
        }
        Ok((from, to))
    }
}

impl Provisioning {
    /// The fixed timespans, for the template.
    pub fn spans(&self) -> [(&'static str, &'static str, i64, &'static str); 5] {
        SPANS
    }
}

const PAGE: i64 = 50;

impl Criteria {
    /// From the query string. What is no known value does not narrow.
    fn read(query: &Fields) -> Self {
        let known = |span: &str| span == "custom" || SPANS.iter().any(|known| known.0 == span);
        Criteria {
            identifier: query.trimmed("identifier"),
            application: query.trimmed("application"),
            span: Some(query.trimmed("span")).filter(|span| known(span)).unwrap_or_else(|| "24h".into()),
            from: query.trimmed("from"),
            to: query.trimmed("to"),
            operation: query.text("operation").parse().map_or("", Operation::as_str).to_owned(),
            outcome: query.text("outcome").parse().map_or("", Outcome::as_str).to_owned(),
            reason: query.trimmed("reason"),
        }
    }

    /// The same criteria over the time of one bar.
    fn narrowed(&self, bucket: &Bucket) -> Self {
        Criteria {
            span: "custom".into(),
            from: crate::moment::to_local(bucket.from_ms),
            // To the minute: a bar of 30 seconds leads to its whole minute.
            to: crate::moment::to_local(bucket.to_ms.max(bucket.from_ms + 60_000)),
            ..self.clone()
        }
    }

    /// `in the last 24 hours`
    fn range_words(&self) -> String {
        let fixed = SPANS.iter().find(|span| span.0 == self.span).map(|span| span.3.to_owned());
        fixed.unwrap_or_else(|| format!("from {} to {} UTC", self.from.replace('T', " "), self.to.replace('T', " ")))
    }

    /// Each criterion of the second row that narrows, with the address without it.
    fn filters(&self, base: &str) -> Vec<(String, String)> {
        let mut filters = Vec::new();
        if let Ok(operation) = self.operation.parse::<Operation>() {
            let without = Criteria { operation: String::new(), ..self.clone() };
            filters.push((format!("Operation: {}", operation.label()), without.address(base)));
        }
        if let Ok(outcome) = self.outcome.parse::<Outcome>() {
            let without = Criteria { outcome: String::new(), ..self.clone() };
            filters.push((format!("Outcome: {}", outcome.label()), without.address(base)));
        }
        if !self.reason.is_empty() {
            let without = Criteria { reason: String::new(), ..self.clone() };
            filters.push((format!("Reason: {}", ::provisioning::reason_words(&self.reason)), without.address(base)));
        }
        filters
    }
}

/// `GET /t/{slug}/reports/provisioning?identifier=…&application=…&span=…&from=…&to=…&operation=…&outcome=…&reason=…&after=…`
pub async fn show(administrator: Administrator) -> Answer {
    let mut criteria = Criteria::read(&administrator.query);
    let now_ms = administrator.now().as_milliseconds();
    let (range, error) = match criteria.range_ms(now_ms) {
        Ok(range) => (Some(range), String::new()),
        Err(error) => (None, error),
    };
    let after = administrator.query.trimmed("after");
    let report = match range {
        Some((from, to)) => {
            let search = EventSearch {
                identifier: criteria.identifier.clone(),
                application: criteria.application.clone(),
                from: Timestamp::from_milliseconds(from),
                to: Timestamp::from_milliseconds(to),
                operation: criteria.operation.parse().ok(),
                outcome: criteria.outcome.parse().ok(),
                error_code: Some(criteria.reason.clone()).filter(|reason| !reason.is_empty()),
                after: Some(after.clone()).filter(|after| !after.is_empty()),
                limit: PAGE,
            };
            Some(administrator.dashboard().provisioning.events(&administrator.scope, search).await?)
        }
        None => None,
    };
    if let Some((from, to)) = range.filter(|_| criteria.span != "custom") {
        // Ready to be refined when *Custom* is chosen.
        (criteria.from, criteria.to) = (crate::moment::to_local(from), crate::moment::to_local(to));
    }
    let status = if report.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let applications = administrator.registry().applications(&administrator.scope).await?;
    let names = applications.into_iter().map(|application| application.name).collect();
    let page = Provisioning::new(&administrator, criteria, error, report, &after, names);
    administrator.page_with(status, &page)
}

impl Provisioning {
    fn new(
        administrator: &Administrator,
        criteria: Criteria,
        error: String,
        report: Option<EventReport>,
        after: &str,
        applications: Vec<String>,
    ) -> Self {
        let base = administrator.base();
        let now_ms = administrator.now().as_milliseconds();
        let too_broad = report.as_ref().is_some_and(|report| report.identifier_too_broad);
        let only_the_newest = report.as_ref().is_some_and(|report| report.only_the_newest);
        let (page, buckets, reasons) = match report {
            Some(report) => (Some(report.page), report.buckets, report.reasons),
            None => (None, Vec::new(), Vec::new()),
        };
        let buckets: Vec<Bucket> = buckets.iter().map(bucket).collect();
        let next = page.as_ref().and_then(|page| page.next.as_deref());
        let here = criteria.address(&base);
        let wider = Criteria { span: "30d".into(), ..criteria.clone() };
        let everywhere = Criteria { application: String::new(), ..criteria.clone() };
        let differing = |other: &Criteria| if *other == criteria { String::new() } else { other.address(&base) };
        Provisioning {
            shell: administrator.shell(Section::Reports),
            applications,
            operations: Operation::ALL.iter().map(|operation| (operation.as_str(), operation.label())).collect(),
            outcomes: Outcome::ALL.iter().map(|outcome| (outcome.as_str(), outcome.label())).collect(),
            error,
            total: page.as_ref().map(|page| crate::text::total(page.total, "operation")).unwrap_or_default(),
            chart: Chart::new(&buckets, now_ms, reasons.is_empty(), |bucket| criteria.narrowed(bucket).address(&base)),
            reasons: reason_rows(reasons, |reason| {
                Criteria { reason: reason.to_owned(), ..criteria.clone() }.address(&base)
            }),
            too_broad,
            only_the_newest,
            filters: criteria.filters(&base),
            range: criteria.range_words(),
            next: next.map(|next| format!("{here}&after={}", crate::text::encode(next))).unwrap_or_default(),
            first: if after.is_empty() { String::new() } else { here.clone() },
            wider: differing(&wider),
            everywhere: differing(&everywhere),
            lines: page
                .map(|page| page.rows.into_iter().map(|row| EventLine::new(administrator, row)).collect())
                .unwrap_or_default(),
            criteria,
        }
    }
}

fn bucket(bucket: &::provisioning::Bucket) -> Bucket {
    Bucket {
        from_ms: bucket.from.as_milliseconds(),
        to_ms: bucket.to.as_milliseconds(),
        succeeded: bucket.succeeded,
        unchanged: bucket.unchanged,
        refused: bucket.refused,
        failed: bucket.failed,
    }
}

fn reason_rows(reasons: Vec<Reason>, address: impl Fn(&str) -> String) -> Vec<ReasonRow> {
    let most = reasons.iter().map(|reason| reason.count).max().unwrap_or(1).max(1);
    let row = |reason: Reason| ReasonRow {
        share: (reason.count * 100 / most).max(1),
        count: crate::text::number(reason.count),
        href: address(&reason.code),
        text: reason.text,
    };
    reasons.into_iter().map(row).collect()
}

#[cfg(test)]
impl Provisioning {
    pub fn samples() -> Vec<(&'static str, Self)> {
        use crate::chart::Bucket;
        let now = crate::samples::NOW;
        let half_hour = 1_800_000;
        let buckets: Vec<Bucket> = (0..48_i64)
            .map(|index| {
                let busy = 600 + (index - 4) * (44 - index) * 2 + index * 37 % 90;
                Bucket {
                    from_ms: now - (48 - index) * half_hour,
                    to_ms: now - (47 - index) * half_hour,
                    succeeded: busy.max(40),
                    unchanged: index * 13 % 40,
                    refused: index * 7 % 12,
                    failed: if (29..33).contains(&index) { 120 + index * 3 } else { index % 3 },
                }
            })
            .collect();
        let page = || Provisioning {
            shell: Shell::sample(crate::shell::Section::Reports),
            criteria: Criteria { span: "24h".into(), ..Criteria::default() },
            applications: vec!["Okta Workforce".into(), "Okta Contractors".into()],
            operations: vec![("user.create", "Create user"), ("user.update", "Update user")],
            outcomes: vec![("succeeded", "Succeeded"), ("failed", "Failed")],
            error: String::new(),
            lines: EventLine::samples(),
            total: "10,000+ operations".into(),
            chart: Chart::new(&buckets, now, false, |_| "/t/northwind/reports/provisioning?span=custom".into()),
            reasons: [
                ("User name already taken in the directory", "211", 100),
                ("Unknown credential", "96", 45),
                ("The feature is switched off", "51", 24),
            ]
            .map(|(text, count, share)| {
                let href = "/t/northwind/reports/provisioning?reason=uniqueness".into();
                ReasonRow { text: text.into(), href, count: count.into(), share }
            })
            .into(),
            too_broad: false,
            only_the_newest: false,
            filters: Vec::new(),
            range: "in the last 24 hours".into(),
            next: "/t/northwind/reports/provisioning?after=x".into(),
            first: String::new(),
            wider: String::new(),
            everywhere: String::new(),
        };
        let mut narrowed = page();
        narrowed.criteria = Criteria {
            identifier: "ada".into(),
            application: "Okta Workforce".into(),
            outcome: "failed".into(),
            ..narrowed.criteria
        };
        narrowed.too_broad = true;
        narrowed.only_the_newest = true;
        narrowed.filters = vec![("Outcome: Failed".into(), "/t/northwind/reports/provisioning".into())];
        let mut empty = page();
        empty.criteria =
            Criteria { identifier: "j.doe".into(), application: "Okta Workforce".into(), ..empty.criteria };
        empty.lines.clear();
        empty.chart = None;
        empty.reasons.clear();
        empty.next.clear();
        empty.total = "0 operations".into();
        empty.wider = "/t/northwind/reports/provisioning?span=30d".into();
        empty.everywhere = "/t/northwind/reports/provisioning?identifier=j.doe".into();
        let mut wrong = page();
        wrong.criteria = Criteria {
            span: "custom".into(),
            from: "2026-11-23T10:00".into(),
            to: "2026-11-22T10:00".into(),
            ..Criteria::default()
        };
        wrong.error = "The span must end after it begins.".into();
        wrong.lines.clear();
        wrong.chart = None;
        wrong.reasons.clear();
        vec![("day", page()), ("narrowed", narrowed), ("empty", empty), ("wrong-span", wrong)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_become_ranges() {
        let now = crate::samples::NOW;
        for (span, minutes) in [("15m", 15), ("30d", 43_200), ("", 1_440), ("nonsense", 1_440)] {
            let criteria = Criteria { span: span.into(), ..Criteria::default() };
            assert_eq!(criteria.range_ms(now), Ok((now - minutes * 60_000, now + 1)), "{span}");
        }
        let custom = |from: &str, to: &str| Criteria {
            span: "custom".into(),
            from: from.into(),
            to: to.into(),
            ..Criteria::default()
        };
        assert_eq!(custom("1970-01-01T00:00", "1970-01-01T00:01").range_ms(now), Ok((0, 60_000)));
        for (from, to) in [("", ""), ("2026-11-23T10:00", "x"), ("2026-11-23T10:00", "2026-11-23T10:00")] {
            assert!(custom(from, to).range_ms(now).is_err(), "{from} {to}");
        }
    }

    #[test]
    fn the_address_holds_the_state() {
        let criteria = Criteria {
            identifier: "ada okafor".into(),
            span: "7d".into(),
            from: "kept out".into(),
            ..Criteria::default()
        };
        assert_eq!(criteria.address("/t/x"), "/t/x/reports/provisioning?identifier=ada%20okafor&span=7d");
    }
}
