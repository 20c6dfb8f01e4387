//! The whole product in this process, on a database of its own, built as `main` builds it; applications to talk to, and
//! a look at what the administrator would see.
//!
//! The clock stands still and randomness repeats, so that bodies can be written out with their ids and times.

mod application;
mod bodies;
mod client;
mod pages;
mod server;
mod stored;
mod tls;

pub use application::TestApplication;
pub use bodies::{ENTERPRISE_USER, group, okta_user, patch, user};
pub use client::{Answer, Conversation, Wire};
pub use pages::{By, ids, resources};
pub use server::{BODY_LIMIT_BYTES, METRICS_TOKEN, TestServer};
pub use stored::{all_text, hold, many_users, sql};
pub use tls::{TestCertificate, TlsClient};

/// One test function, run on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($server:ident) $body:block)+) => {
        $($(#[$meta])*
        async fn $name($server: &$crate::support::TestServer) $body

        mod $name {
            #[actix_web::test]
            async fn sqlite() {
                let server = $crate::support::TestServer::start(database::testing::Scratch::sqlite()).await;
                super::$name(&server).await;
                server.stop().await;
            }

            #[actix_web::test]
            async fn postgres() {
                let server = $crate::support::TestServer::start(database::testing::Scratch::postgres()).await;
                super::$name(&server).await;
                server.stop().await;
            }
        })+
    };
}
