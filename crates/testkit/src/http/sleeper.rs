//! Waiting, as something a test can replace.

use std::pin::Pin;
use std::time::Duration;

/// Waits on behalf of a simulator (after a 429, for example). Tests give one that only notes the durations.
pub trait Sleeper: Send + Sync {
    /// Completes after `duration`, or at once when time is played.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// Waits for real.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioSleeper;

impl Sleeper for TokioSleeper {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}
