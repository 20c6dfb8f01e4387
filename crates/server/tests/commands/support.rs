//! A folder to run the program in, and servers that end with the test.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;

/// An empty folder, gone when this is dropped.
pub struct Sandbox {
    folder: tempfile::TempDir,
}

/// What a finished command left.
pub struct Finished {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// The standard output of a command that must have worked.
    pub fn output(self) -> String {
        assert!(self.status.success(), "{:?}: {}{}", self.status, self.stdout, self.stderr);
        self.stdout
    }

    /// The one JSON object that it printed.
    pub fn json(self) -> Value {
        let output = self.output();
        assert_eq!(output.lines().count(), 1, "{output}");
        serde_json::from_str(&output).unwrap()
    }

    /// The one line on standard error of a command that must have failed with exit code 1.
    pub fn complaint(self) -> String {
        assert_eq!(self.status.code(), Some(1), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        self.stderr
    }
}

impl Sandbox {
    pub fn new() -> Sandbox {
        Sandbox { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
        command.args(arguments).env_clear().current_dir(self.folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        finish(self.command(arguments).spawn().unwrap(), "")
    }

    /// Runs the program to its end with something on standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Finished {
        finish(self.command(arguments).spawn().unwrap(), input)
    }

    /// Starts a server on a free port and waits for the line that says it is ready.
    pub fn serve(&self, arguments: &[&str]) -> RunningServer {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        RunningServer::start(self.logging(&arguments), "Rollcall is ready: open ")
    }

    /// The program with its standard error in the file `log`.
    pub fn logging(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.stderr(File::create(self.path("log")).unwrap());
        command
    }
}

/// Feeds and collects a child.
pub fn finish(mut child: Child, input: &str) -> Finished {
    let mut stdin = child.stdin.take().unwrap();
    // A command that reads nothing closes its end: that is fine.
    let _not_read = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A server process, killed when this is dropped.
pub struct RunningServer {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    /// Everything that was printed up to the line that was waited for.
    pub printed: Vec<String>,
}

impl RunningServer {
    /// Waits for a line that starts with `awaited`.
    pub fn start(mut command: Command, awaited: &str) -> RunningServer {
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut server = RunningServer { child, stdout, printed: Vec::new() };
        loop {
            let mut line = String::new();
            if server.stdout.read_line(&mut line).unwrap() == 0 {
                panic!("the server ended after {:?}", server.printed);
            }
            server.printed.push(line.trim_end().to_owned());
            if line.starts_with(awaited) {
                return server;
            }
        }
    }

    /// The URL in the line that says it is ready.
    pub fn url(&self) -> &str {
        let ready = self.printed.iter().find_map(|line| line.strip_prefix("Rollcall is ready: open "));
        ready.unwrap_or_else(|| panic!("{:?}", self.printed))
    }

    /// `127.0.0.1:12345`.
    pub fn authority(&self) -> &str {
        self.url().split_once("://").unwrap().1.split('/').next().unwrap()
    }

    /// The status of the answer to a GET, and the answer as it came.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        request(self.authority(), &format!("GET {path}"), headers, "").unwrap()
    }

    /// Ends the server as a power failure would: at once, in the middle of whatever it does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends the server a signal: `TERM`, `HUP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Asks the server to stop, as a service manager does.
    pub fn ask_to_stop(&self) {
        self.signal("TERM");
    }

    /// Waits until the server has ended: its exit code and what else it printed.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (status.code(), rest)
    }

    /// Asks the server to stop and waits until it has.
    pub fn terminate(self) -> (Option<i32>, String) {
        self.ask_to_stop();
        self.wait()
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        // It has ended already when the test stopped it.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Sends one request on a connection of its own: the status of the answer, and the answer as it came. An error when the
/// connection ends before the answer does.
pub fn request(authority: &str, line: &str, headers: &[(&str, &str)], body: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(authority)?;
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    write!(
        stream,
        "{line} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other(format!("no answer: {answer:?}")))?;
    Ok((status, answer))
}

/// The rights of a file, as `chmod` writes them.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
