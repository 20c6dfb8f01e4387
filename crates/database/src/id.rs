//! Ids, each kind its own type, so that no function takes a credential's id for an application's.
//!
//! An id is text: UUIDv7 for what is numerous (ids of one process rise, so a crawl by id follows creation), and twelve
//! characters of `[a-z0-9]` for what people see in URLs. Not here: deciding who may use an id (`registry` scopes).

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{RandomSource, Timestamp};

/// Longest id that [`Id::parse`] takes, in characters.
pub const MAX_ID_LENGTH: usize = 64;

/// What an id names. Implemented by the markers in [`kind`] only.
pub trait Kind: Send + Sync + 'static {
    /// The kind in words, for messages: `directory user`.
    const NAME: &'static str;
    /// Whether ids of this kind are short random ids, for URLs that people handle.
    const SHORT: bool;
}

/// The kinds of ids.
pub mod kind {
    macro_rules! kinds {
        ($($(#[$doc:meta])* $kind:ident, $name:literal, short: $short:literal;)*) => {$(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $kind {}
            impl super::Kind for $kind {
                const NAME: &'static str = $name;
                const SHORT: bool = $short;
            }
        )*};
    }
    kinds! {
        /// A customer's space.
        Tenant, "tenant", short: true;
        /// A person at the dashboard.
        Administrator, "administrator", short: false;
        /// A registered source of identities.
        Application, "application", short: true;
        /// What a client presents.
        Credential, "credential", short: false;
        /// A User or Group as one client wrote it.
        Resource, "resource", short: false;
        /// The tenant's own record of a person.
        DirectoryUser, "directory user", short: false;
        /// A provisioning event: a row of the report.
        Event, "event", short: false;
        /// What an administrator did.
        Audit, "audit event", short: false;
    }
}

/// The id of a `K`: `Id<kind::Tenant>`. JSON and SQL see its text.
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Id<K> {
    text: String,
    kind: PhantomData<fn() -> K>,
}

/// Why a text is no id. Does not repeat the text, which may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id has 1 to 64 characters of A-Z, a-z, 0-9 and -")]
pub struct InvalidId;

impl<K> Id<K> {
    /// Takes an id from outside. Says nothing about whether it exists.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if text.is_empty() || text.len() > MAX_ID_LENGTH || !text.bytes().all(allowed) {
            return Err(InvalidId);
        }
        Ok(Self::trusted(text.to_owned()))
    }

    /// The smallest UUIDv7 of that moment: ids made before it are smaller. For a range over a primary key.
    pub fn first_at(moment: Timestamp) -> Self {
        let ms = moment.as_milliseconds().clamp(0, 0xFFFF_FFFF_FFFF);
        Self::trusted(format!("{:08x}-{:04x}-0000-0000-000000000000", ms >> 16, ms & 0xFFFF))
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id's text, given away.
    pub fn into_string(self) -> String {
        self.text
    }

    fn trusted(text: String) -> Self {
        Id { text, kind: PhantomData }
    }
}

/// Makes ids from the injected randomness and the time of the transaction.
pub(crate) struct IdSource {
    random: Arc<dyn RandomSource>,
    /// The last UUIDv7's milliseconds and counter.
    last: Mutex<(u64, u16)>,
}

/// UUIDv7 leaves 12 bits for the counter.
const COUNTER_LIMIT: u16 = 1 << 12;
const SHORT_LENGTH: usize = 12;
/// Ids keep rising while the clock is set right by less than this. A clock that steps back further was wrong before, and ids
/// follow it: what is found by the time in its id must not seem to be from the future. The random bits keep them apart.
const FOLLOWED_BACK_MS: u64 = 10_000;

impl IdSource {
    pub(crate) fn new(random: Arc<dyn RandomSource>) -> Self {
        IdSource { random, last: Mutex::new((0, 0)) }
    }

    pub(crate) fn random(&self) -> &Arc<dyn RandomSource> {
        &self.random
    }

    pub(crate) fn new_id<K: Kind>(&self, now: Timestamp) -> Id<K> {
        Id::trusted(if K::SHORT { self.short() } else { self.uuid_v7(now) })
    }

    /// RFC 9562 §6.2 method 1: a counter in `rand_a` keeps ids of one millisecond in order; 62 bits stay random.
    fn uuid_v7(&self, now: Timestamp) -> String {
        let now_ms = u64::try_from(now.as_milliseconds()).unwrap_or(0);
        let (ms, counter) = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            *last = match *last {
                (ms, _) if now_ms > ms || now_ms + FOLLOWED_BACK_MS < ms => (now_ms, 0),
                (ms, counter) if counter + 1 < COUNTER_LIMIT => (ms, counter + 1),
                (ms, _) => (ms + 1, 0),
            };
            *last
        };
        let mut bytes = [0; 10];
        self.random.fill(&mut bytes);
        let [high, low] = counter.to_be_bytes();
        (bytes[0], bytes[1]) = (high, low);
        uuid::Builder::from_unix_timestamp_millis(ms, &bytes).into_uuid().to_string()
    }

    /// 26 × 36^11: 61 random bits. Starts with a letter, so that it is never taken for a number.
    fn short(&self) -> String {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let mut text = String::with_capacity(SHORT_LENGTH);
        let mut bytes = [0; 32];
        loop {
            self.random.fill(&mut bytes);
            for byte in bytes {
                let choices = if text.is_empty() { 26 } else { ALPHABET.len() };
                // Bytes past the last whole multiple would make the first characters likelier.
                let fair = 256 - 256 % choices;
                if usize::from(byte) < fair {
                    text.push(char::from(ALPHABET[usize::from(byte) % choices]));
                }
                if text.len() == SHORT_LENGTH {
                    return text;
                }
            }
        }
    }
}

// Written out, because a derive would ask the same of `K`.

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self::trusted(self.text.clone())
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Id({})", self.text)
    }
}

impl<K> std::str::FromStr for Id<K> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::parse(text)
    }
}

impl<K> AsRef<str> for Id<K> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl<K, DB: Backend> ToSql<Text, DB> for Id<K>
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.text.as_str().to_sql(out)
    }
}

impl<K, DB: Backend> FromSql<Text, DB> for Id<K>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(bytes).map(Self::trusted)
    }
}

#[cfg(test)]
mod tests;
