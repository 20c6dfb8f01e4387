//! The outcome of a published test.

/// The outcome of one step of a test that a client's maker publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// As numbered in the maker's own file, or by position where that numbers nothing.
    pub number: u8,
    pub name: &'static str,
    /// Every assertion that did not hold, readable; empty when the step passed.
    pub failures: Vec<String>,
}

impl StepResult {
    /// True when every assertion held.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl std::fmt::Display for StepResult {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let outcome = if self.passed() { "passed" } else { "FAILED" };
        write!(formatter, "{outcome}  step {} {}", self.number, self.name)?;
        self.failures.iter().try_for_each(|failure| write!(formatter, "\n        {failure}"))
    }
}
