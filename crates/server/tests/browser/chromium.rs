//! A Chromium of its own for each test, driven through chromedriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, json};
use tempfile::TempDir;

/// How the browser looks and behaves.
#[derive(Debug, Clone, Copy)]
pub struct Looks {
    pub width: u32,
    pub height: u32,
    pub scripts: bool,
}

pub struct Chromium {
    driver: Child,
    pub client: Client,
    _profile: TempDir,
}

impl Chromium {
    pub async fn start(looks: Looks) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is missing: run `cargo xtask test`, which brings it");
        let port = BufReader::new(driver.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse::<u16>().ok())
            .expect("chromedriver tells its port");
        let profile = tempfile::tempdir().unwrap();
        let mut capabilities = Map::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options(looks, &profile));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Chromium { driver, client, _profile: profile }
    }

    pub async fn stop(mut self) {
        self.client.clone().close().await.unwrap();
        self.driver.kill().unwrap();
        self.driver.wait().unwrap();
    }
}

impl Drop for Chromium {
    /// Also when a test fails: nothing of it stays behind. Killing chromedriver ends its browser.
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn options(looks: Looks, profile: &TempDir) -> serde_json::Value {
    let mut arguments = vec![
        "--headless".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        format!("--user-data-dir={}", profile.path().display()),
    ];
    arguments.push(format!("--window-size={},{}", looks.width, looks.height));
    let mut options = json!({ "args": arguments });
    if looks.width < 500 {
        // A headless window does not get this narrow; an emulated device does.
        options["mobileEmulation"] = json!({ "deviceMetrics": { "width": looks.width, "height": looks.height, "pixelRatio": 1.0, "touch": false } });
    }
    if !looks.scripts {
        options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
    }
    options
}
