//! A release build of the server in a temporary folder, with one tenant and one application.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::client::Target;
use crate::process::{cargo, output, run};
use crate::root;

/// Runs until it is dropped, and takes its folder with it.
pub struct Server {
    child: Child,
    folder: PathBuf,
    base_url: String,
    token: String,
}

impl Server {
    pub fn start() -> Result<Server> {
        let root = root();
        run(cargo(&root).args(["build", "--release", "--package", "rollcall"]))?;
        let folder = std::env::temp_dir().join(format!("rollcall-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let log = std::fs::File::create(folder.join("log"))?;
        let program = |arguments: &[&str]| {
            let mut command = Command::new(root.join("target/release/rollcall"));
            command.args(arguments).current_dir(&folder);
            command.env("ROLLCALL_DATA_DIR", folder.join("data")).env("ROLLCALL_LISTEN", address.to_string());
            command.env("ROLLCALL_PUBLIC_URL", format!("http://{address}"));
            command
        };
        let child = program(&["serve"]).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut server = Server { child, folder: folder.clone(), base_url: String::new(), token: String::new() };
        let give_up = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(address).is_err() {
            let ended = server.child.try_wait()?.is_some();
            if ended || Instant::now() > give_up {
                bail!("the server does not answer:\n{}", std::fs::read_to_string(folder.join("log"))?);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        output(&mut program(&["tenant", "add", "bench", "--name", "Bench"]))?;
        let made = output(&mut program(&["application", "add", "--tenant", "bench", "--name", "Bench", "--json"]))?;
        let made: Value = serde_json::from_str(&made).context("what `application add --json` printed")?;
        let text = |key: &str| {
            made.get(key).and_then(Value::as_str).map(str::to_owned).with_context(|| format!("no {key} in {made}"))
        };
        server.base_url = text("base_url")?;
        server.token = text("bearer_token")?;
        Ok(server)
    }

    pub fn target(&self) -> Result<Target> {
        Target::parse(&self.base_url, &self.token)
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and a folder in the temporary folder is no harm.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
        let _left = std::fs::remove_dir_all(&self.folder);
    }
}
