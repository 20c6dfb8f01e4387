//! Where time and randomness come from. Both are injected, so that tests hold literal times and ids.

use crate::Timestamp;

/// Tells the time. The product uses [`SystemClock`].
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else asks")]
        let now = jiff::Timestamp::now();
        Timestamp::from_milliseconds(now.as_millisecond())
    }
}

/// Gives random bytes. The product uses [`SystemRandom`].
pub trait RandomSource: Send + Sync + 'static {
    /// Fills the whole of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The cryptographic generator that the rest of the product's cryptography uses.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl RandomSource for SystemRandom {
    #[expect(clippy::expect_used, reason = "without randomness every secret and id would be guessable: stop instead")]
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the system's random generator must work");
    }
}
