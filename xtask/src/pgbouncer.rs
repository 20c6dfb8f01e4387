//! A pgbouncer that pools transactions, in front of a PostgreSQL server, thrown away at the end.
//!
//! It has far fewer sessions on the server than its clients have connections, so that what a client leaves in a session is soon
//! met by another. It runs as the user `postgres` when we are root, and a guard process ends it, as for PostgreSQL.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::postgres::as_server_user;
use crate::process::output;

/// Names the proxy that the tests use; the same name as `database::testing` reads.
pub const URL_VARIABLE: &str = "ROLLCALL_TEST_PGBOUNCER_URL";

const PROGRAM: &str = "/usr/sbin/pgbouncer";

pub fn is_there() -> bool {
    std::path::Path::new(PROGRAM).is_file()
}

/// A running proxy. Dropping it ends it and removes its folder.
pub struct Proxy {
    port: u16,
    guard: Child,
}

impl Proxy {
    /// Starts one in front of the server of that URL, which must let the user `postgres` in without a password.
    pub fn start(server: &str) -> Result<Proxy> {
        // postgres://postgres@127.0.0.1:5432/postgres
        let authority = server.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
        let authority = authority.rsplit('@').next().unwrap_or_default();
        let (host, server_port) = authority.rsplit_once(':').with_context(|| format!("{server} names no port"))?;
        let folder =
            output(as_server_user("mktemp").args(["-d", "/tmp/rollcall-pgbouncer-XXXXXXXX"]))?.trim().to_owned();
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let settings = format!(
            "[databases]\n* = host={host} port={server_port}\n\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {folder}/users\npool_mode = transaction\n\
             default_pool_size = 3\nmax_client_conn = 500\nserver_reset_query_always = 0\nlogfile = {folder}/log\n\
             pidfile = {folder}/pid\n"
        );
        // The shell writes them, as the user that the proxy runs as.
        const SCRIPT: &str = r#"
            printf '%s' "$2" > "$1/settings"
            printf '"postgres" ""\n' > "$1/users"
            "$0" --daemon --quiet "$1/settings" > /dev/null 2>&1
            cat > /dev/null
            kill "$(cat "$1/pid")"
            rm -rf "$1"
        "#;
        let mut guard = as_server_user("sh");
        guard.arg("-c").arg(SCRIPT).arg(PROGRAM).arg(&folder).arg(&settings);
        guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut guard, 0);
        let proxy = Proxy { port, guard: guard.spawn().context("cannot start pgbouncer")? };
        let give_up = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > give_up {
                let log = output(as_server_user("cat").arg(format!("{folder}/log"))).unwrap_or_default();
                bail!("pgbouncer does not start:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(proxy)
    }

    /// The URL of a database behind it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("xtask: cannot wait for pgbouncer to end: {error}");
        }
    }
}
