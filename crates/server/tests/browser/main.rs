//! The product in a real Chromium, as its users meet it: the whole path from the set-up page to the report, clicked and
//! typed, at desktop width in light and at 360 px in dark; and the same forms without scripts.
//!
//! Every page on the way is checked by axe (WCAG 2.2 AA) and for sideways scrolling, and leaves a screenshot in
//! `target/browser`.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod chromium;
mod journey;
mod page;
mod program;
mod without_scripts;
