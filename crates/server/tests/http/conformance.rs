//! The conformance checks of `testkit`, which know nothing of us, against the whole product. `cargo xtask conformance`
//! runs them against the built program, beside the checks of other people.

use scim_model::schema::Definitions;
use testkit::conformance::{DEFINITIONS, Outcome, Session, evidence, run};
use testkit::http::BaseUrl;

use crate::on_both_databases;

/// What we do otherwise on purpose; `xtask/src/conformance/exceptions.rs` says why, `docs/SCIM-PROFILE.md` what.
const ON_PURPOSE: [&str; 3] = ["D17.reused", "Q11.bare-word", "W8.no-match-part"];

on_both_databases! {
    async fn every_check_passes(server) {
        let application = server.application("acme", &[]).await;
        let definitions = Definitions::parse(DEFINITIONS.as_bytes()).unwrap();
        application.change_settings(server, |settings| settings.definitions = settings.definitions.clone().with(definitions)).await;
        let base = BaseUrl::parse(&application.base_url).unwrap();
        let mut session = Session::open(base, &application.token, 1).await.unwrap();
        let report = run(&mut session, None).await;
        let mut failed = Vec::new();
        for result in &report.results {
            if let Outcome::Failed { what, exchange } = &result.outcome {
                let shown = exchange.as_deref().map(evidence).unwrap_or_default();
                eprintln!("{}: {what}\n{}: {}\n{shown}\n", result.check.name, result.check.rule.section, result.check.rule.says);
                failed.push(result.check.name);
            }
        }
        failed.sort_unstable();
        assert_eq!(failed, ON_PURPOSE);
        assert_eq!(report.left, Vec::<String>::new());
        let passed = report.results.iter().filter(|result| matches!(result.outcome, Outcome::Passed)).count();
        assert!(passed > 250, "only {passed} checks passed: the others were not offered");
    }
}
