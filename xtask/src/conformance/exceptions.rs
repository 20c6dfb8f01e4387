//! The checks that may fail, each with the rule of the RFC that decides and why it is so here.
//!
//! The only such list. An exception that no failure needs any more fails the command, so that none outlives its reason.

use super::own;
use super::report::{Outcome, Suite};
use super::third_party::{SCIM_SANITY, SCIM2_TESTER};

/// Who is at odds with the RFC.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The check asks for more than the RFC, or for something else. Holds for every server.
    Theirs,
    /// Our server, on purpose. Holds for ours alone.
    Ours,
}

struct Exception {
    suite: &'static str,
    check: &'static str,
    whose: Whose,
    /// What the RFC says, and where.
    rule: &'static str,
    why: &'static str,
}

const READ_ONLY: &str = "RFC 7643 §7: a readOnly attribute is not written by the client; RFC 7643 §8.4: the answer of the \
                         service provider has the `display` of each member";

const NAMED_MEMBER: &str = "the check leaves the readOnly `display` out of what it sends, as it should, and then wants it left \
                            out of the answer too";

const EXCEPTIONS: &[Exception] = &[
    Exception {
        suite: SCIM_SANITY,
        check: "Phase 3: PATCH /Groups/{id} add member",
        whose: Whose::Theirs,
        rule: "RFC 7643 §4.2: a member's value is the id of a SCIM resource, and its $ref the URI of that resource; \
               RFC 7644 §3.12: invalidValue is for a value that does not suit the attribute",
        why: "the check adds the id `fake-member-id`, which no resource has, and takes nothing but 200",
    },
    Exception {
        suite: SCIM2_TESTER,
        check: "check_add_attribute Group members",
        whose: Whose::Theirs,
        rule: READ_ONLY,
        why: NAMED_MEMBER,
    },
    Exception {
        suite: SCIM2_TESTER,
        check: "check_replace_attribute Group members",
        whose: Whose::Theirs,
        rule: READ_ONLY,
        why: NAMED_MEMBER,
    },
    Exception {
        suite: own::NAME,
        check: "D17.reused",
        whose: Whose::Ours,
        rule: "RFC 7643 §3.1: an id is never given to another resource",
        why: "a DELETE sets aside unless \"Delete the Deactivated users\" is on, and the same user name or externalId brings \
              the same resource back, since that is what an identity provider means by it",
    },
    Exception {
        suite: own::NAME,
        check: "Q11.bare-word",
        whose: Whose::Ours,
        rule: "RFC 7644 §3.4.2.2: a value in a filter is JSON",
        why: "Entra ID documents, and its validator sends, a filter whose value has no quotes",
    },
    Exception {
        suite: own::NAME,
        check: "W8.no-match-part",
        whose: Whose::Ours,
        rule: "RFC 7644 §3.5.2.3: a replace whose filter matches nothing is noTarget",
        why: "Entra ID sets the first e-mail of a type this way",
    },
];

/// Marks the failures that an exception allows.
pub fn apply(suites: &mut [Suite], ours: bool) {
    for suite in suites {
        for result in suite.results.iter_mut().filter(|result| result.outcome == Outcome::Failed) {
            let allows = |exception: &&Exception| {
                exception.suite == suite.name
                    && exception.check == result.check
                    && (ours || exception.whose == Whose::Theirs)
            };
            if let Some(exception) = EXCEPTIONS.iter().find(allows) {
                result.outcome = Outcome::Excepted;
                result.exception = Some(format!("{}. But {}", exception.rule, exception.why));
            }
        }
    }
}

/// The exceptions that allowed nothing in a whole run.
pub fn needless(suites: &[Suite]) -> Vec<String> {
    let used = |exception: &&Exception| {
        let results = suites.iter().filter(|suite| suite.name == exception.suite).flat_map(|suite| &suite.results);
        results.into_iter().any(|result| result.outcome == Outcome::Excepted && result.check == exception.check)
    };
    EXCEPTIONS.iter().filter(|exception| !used(exception)).map(|one| format!("{}: {}", one.suite, one.check)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::report::CheckResult;
    use super::*;

    fn all_failed() -> Vec<Suite> {
        let suite = |name: &'static str| Suite {
            name,
            results: EXCEPTIONS
                .iter()
                .filter(|exception| exception.suite == name)
                .map(|exception| CheckResult::new(exception.check.to_owned(), Outcome::Failed))
                .chain([CheckResult::new("another".to_owned(), Outcome::Failed)])
                .collect(),
        };
        super::super::SUITES.iter().map(|name| suite(name)).collect()
    }

    #[test]
    fn only_what_is_listed_may_fail() {
        for ours in [true, false] {
            let mut suites = all_failed();
            apply(&mut suites, ours);
            for result in suites.iter().flat_map(|suite| &suite.results) {
                let exception = EXCEPTIONS.iter().find(|exception| exception.check == result.check);
                let allowed = exception.is_some_and(|exception| ours || exception.whose == Whose::Theirs);
                assert_eq!(result.outcome == Outcome::Excepted, allowed, "{}", result.check);
            }
            assert_eq!(needless(&suites).is_empty(), ours);
        }
    }

    #[test]
    fn an_exception_that_nothing_needs_is_told() {
        let mut suites = all_failed();
        suites.iter_mut().flat_map(|suite| &mut suite.results).for_each(|result| result.outcome = Outcome::Passed);
        apply(&mut suites, true);
        assert_eq!(needless(&suites).len(), EXCEPTIONS.len());
    }
}
