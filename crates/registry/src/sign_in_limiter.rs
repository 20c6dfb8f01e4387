//! Slows down guessing of passwords: after five wrong ones for an e-mail address each further try has to wait, twice as
//! long as the one before, up to five minutes.
//!
//! In memory of one server, by e-mail address. Addresses of browsers are deliberately not counted: behind a reverse proxy
//! they are all one. The longest wait is short enough that nobody can lock an administrator out for long by trying on
//! purpose.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use database::Timestamp;

use crate::error::{Error, Result};
use crate::token::sha256_hex;

const FREE_ATTEMPTS: u32 = 5;
const FIRST_WAIT_MS: i64 = 10_000;
const LONGEST_WAIT_MS: i64 = 300_000;
/// Failures are forgotten when there was none for so long.
const FORGET_AFTER_MS: i64 = 900_000;

/// Failed attempts per e-mail address.
pub(crate) struct SignInLimiter {
    failures: Mutex<HashMap<String, Failures>>,
    capacity: usize,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last_ms: i64,
}

impl Failures {
    fn wait_ms(self) -> i64 {
        match self.count.checked_sub(FREE_ATTEMPTS) {
            None => 0,
            Some(doublings) => (FIRST_WAIT_MS << doublings.min(16)).min(LONGEST_WAIT_MS),
        }
    }
}

impl SignInLimiter {
    pub(crate) fn new(capacity: usize) -> Self {
        SignInLimiter { failures: Mutex::new(HashMap::new()), capacity }
    }

    /// Admits one attempt, or says how long to wait. An admitted attempt counts as failed until
    /// [`SignInLimiter::succeeded`] says otherwise: many at once cannot all be "the first".
    pub(crate) fn begin(&self, email_folded: &str, now: Timestamp) -> Result<()> {
        let now_ms = now.as_milliseconds();
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let key = sha256_hex(email_folded);
        let before = failures
            .get(&key)
            .copied()
            .filter(|failures| now_ms - failures.last_ms < FORGET_AFTER_MS)
            .unwrap_or(Failures { count: 0, last_ms: now_ms });
        let left_ms = before.last_ms + before.wait_ms() - now_ms;
        if left_ms > 0 {
            return Err(Error::TooManyAttempts { retry_after_s: left_ms.unsigned_abs().div_ceil(1000) });
        }
        if failures.len() >= self.capacity && !failures.contains_key(&key) {
            failures.retain(|_, failures| now_ms - failures.last_ms < FORGET_AFTER_MS);
            if failures.len() >= self.capacity {
                // Someone tries a great many addresses. Those tried least often go first: the address under attack stays.
                if let Some(least) =
                    failures.iter().min_by_key(|(_, f)| (f.count, f.last_ms)).map(|(key, _)| key.clone())
                {
                    failures.remove(&least);
                }
            }
        }
        failures.insert(key, Failures { count: before.count.saturating_add(1), last_ms: now_ms });
        Ok(())
    }

    /// The attempt that was begun turned out well: the address starts anew.
    pub(crate) fn succeeded(&self, email_folded: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&sha256_hex(email_folded));
    }
}

#[cfg(test)]
mod tests {
    use super::SignInLimiter;
    use crate::error::Error;
    use database::Timestamp;

    fn wait_s(limiter: &SignInLimiter, email: &str, at_s: i64) -> Option<u64> {
        match limiter.begin(email, Timestamp::from_milliseconds(at_s * 1000)) {
            Ok(()) => None,
            Err(Error::TooManyAttempts { retry_after_s }) => Some(retry_after_s),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn waits_grow_and_end() {
        let limiter = SignInLimiter::new(10);
        for _ in 0..5 {
            assert_eq!(wait_s(&limiter, "a", 0), None);
        }
        assert_eq!(wait_s(&limiter, "a", 0), Some(10));
        assert_eq!(wait_s(&limiter, "a", 9), Some(1));
        assert_eq!(wait_s(&limiter, "a", 10), None);
        assert_eq!(wait_s(&limiter, "a", 10), Some(20));
        assert_eq!(wait_s(&limiter, "b", 10), None, "another address does not wait");
        let mut now = 10;
        let mut longest = 0;
        for _ in 0..40 {
            let wait = wait_s(&limiter, "a", now).unwrap_or(0);
            longest = longest.max(wait);
            now += i64::try_from(wait).unwrap();
            assert_eq!(wait_s(&limiter, "a", now), None);
        }
        assert_eq!(longest, 300);
        assert_eq!(wait_s(&limiter, "a", now + 900), None);
        assert_eq!(wait_s(&limiter, "a", now + 900), None, "forgotten after a quarter of an hour");
    }

    #[test]
    fn success_starts_anew() {
        let limiter = SignInLimiter::new(10);
        for _ in 0..20 {
            assert_eq!(wait_s(&limiter, "a", 0), None);
            limiter.succeeded("a");
        }
    }

    #[test]
    fn many_addresses_do_not_push_out_the_one_under_attack() {
        let limiter = SignInLimiter::new(10);
        for _ in 0..5 {
            assert_eq!(wait_s(&limiter, "a", 0), None);
        }
        for other in 0..1000 {
            assert_eq!(wait_s(&limiter, &other.to_string(), 1), None);
        }
        assert!(limiter.failures.lock().unwrap().len() <= 10);
        assert!(wait_s(&limiter, "a", 1).is_some());
    }
}
