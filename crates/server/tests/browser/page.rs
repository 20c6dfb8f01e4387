//! What a person does on a page, and what every page must stand up to.

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde_json::Value;

const AXE: &str = include_str!("vendor/axe.min.js");

/// Longer than any page takes on a busy machine; reached only by a failing test.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Page<'a> {
    pub client: &'a Client,
    /// Names the screenshots.
    pub label: String,
    /// What is wrong with the pages seen so far: told all at once at the end.
    pub findings: RefCell<Vec<String>>,
}

impl<'a> Page<'a> {
    pub fn new(client: &'a Client, label: &str) -> Self {
        Page { client, label: label.to_owned(), findings: RefCell::default() }
    }

    /// Fails if any page on the way had something wrong.
    pub fn nothing_found(&self) {
        let findings = self.findings.borrow();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }

    fn finding(&self, finding: String) {
        self.findings.borrow_mut().push(finding);
    }

    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    pub async fn find(&self, css: &str) -> Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("{css} is not on {}: {error}\n{}", self.path().await, self.text().await),
        }
    }

    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub async fn click(&self, css: &str) {
        let element = self.find(css).await;
        self.press(element, css).await;
    }

    /// Clicks what leads to another page, even one at the same address, and waits for that page.
    pub async fn follow(&self, css: &str) {
        self.mark().await;
        self.click(css).await;
        self.left(css).await;
    }

    /// [`Page::follow`] for the link or button with this text.
    pub async fn follow_text(&self, text: &str) {
        self.mark().await;
        self.click_text(text).await;
        self.left(text).await;
    }

    async fn mark(&self) {
        self.client.execute("document.documentElement.dataset.seen = 'yes'", vec![]).await.unwrap();
    }

    /// Waits until the marked page is gone and the next one is complete.
    async fn left(&self, what: &str) {
        const ARRIVED: &str = "return !document.documentElement.dataset.seen && document.readyState === 'complete'";
        let deadline = std::time::Instant::now() + PATIENCE;
        // In the middle of the change there is no page to ask: that counts as not yet.
        while self.client.execute(ARRIVED, vec![]).await.unwrap_or(Value::Bool(false)) != Value::Bool(true) {
            assert!(std::time::Instant::now() < deadline, "“{what}” led nowhere from {}", self.path().await);
            tokio::task::yield_now().await;
        }
    }

    /// Scrolls as a person does, away from the bars that stay at the edges, and clicks.
    async fn press(&self, element: Element, what: &str) {
        let target = serde_json::to_value(&element).unwrap();
        self.client.execute("arguments[0].scrollIntoView({ block: 'center' })", vec![target]).await.unwrap();
        element.click().await.unwrap_or_else(|error| panic!("{what}: {error}"));
    }

    /// Clicks the link, button or summary with this text.
    pub async fn click_text(&self, text: &str) {
        let xpath = format!(
            "//*[self::a or self::button or self::summary or self::label][contains(normalize-space(.), '{text}')]"
        );
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&xpath)).await;
        let Ok(element) = found else { panic!("no “{text}” on {}\n{}", self.path().await, self.text().await) };
        self.press(element, text).await;
    }

    /// Waits until the page's address ends in `path` (the query does not count).
    pub async fn arrive(&self, path: &str) {
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let now = self.path().await;
            if now.ends_with(path) {
                return;
            }
            assert!(
                std::time::Instant::now() < deadline,
                "expected to be at {path}, still at {now}\n{}",
                self.text().await
            );
            tokio::task::yield_now().await;
        }
    }

    /// Waits until the page shows `text`.
    pub async fn expect(&self, text: &str) {
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let shown = self.text().await;
            if shown.contains(text) {
                return;
            }
            assert!(std::time::Instant::now() < deadline, "“{text}” is not on {}:\n{shown}", self.path().await);
            tokio::task::yield_now().await;
        }
    }

    pub async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    pub async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    pub async fn value(&self, css: &str) -> String {
        self.find(css).await.prop("value").await.unwrap().unwrap_or_default()
    }

    /// What every page must stand up to: no violation that axe finds, nothing wider than the window, one heading.
    pub async fn inspect(&self, name: &str) {
        let place = format!("{name} ({})", self.path().await);
        self.screenshot(name).await;
        let wide = self
            .client
            .execute(
                "const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
                 if (wide <= 0) return [];
                 return [...document.querySelectorAll('main *')]
                     .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
                     .slice(0, 5).map(e => e.outerHTML.slice(0, 160));",
                vec![],
            )
            .await
            .unwrap();
        if wide != Value::Array(vec![]) {
            self.finding(format!("{place} is wider than its window: {wide}"));
        }
        let headings = self.client.execute("return document.querySelectorAll('h1').length", vec![]).await.unwrap();
        if headings != 1 {
            self.finding(format!("{place} has {headings} h1"));
        }
        self.client.execute(AXE, vec![]).await.unwrap();
        let violations = self
            .client
            .execute_async(
                "const done = arguments[arguments.length - 1];
                 axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                    .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 200) + ' ' + n.failureSummary).join('\\n    '))))
                    .catch(e => done([String(e)]));",
                vec![],
            )
            .await
            .unwrap();
        for violation in violations.as_array().unwrap().iter().filter_map(Value::as_str) {
            self.finding(format!("axe on {place}: {violation}"));
        }
    }

    pub async fn screenshot(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../browser");
        std::fs::create_dir_all(&folder).unwrap();
        let png = self.client.screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{}-{name}.png", self.label)), png).unwrap();
    }
}
