//! A page in a headless Chromium, driven through its debugging protocol (<https://chromedevtools.github.io/devtools-protocol/>) over
//! pipes: no port, no crate.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Far above what any answer takes: a browser that hangs fails the test.
const PATIENCE: Duration = Duration::from_mins(2);

/// One open page. The browser dies with it.
pub(crate) struct Page {
    browser: Child,
    commands: ChildStdin,
    answers: Receiver<Value>,
    session: String,
    asked: u64,
    events: Vec<Value>,
    /// Holds the page and the browser's profile.
    folder: tempfile::TempDir,
}

impl Page {
    /// Opens a page and waits until it has loaded; `None` where there is no browser, which in CI is an error.
    pub(crate) fn open(html: &str) -> Option<Self> {
        let runs = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
        let Some(name) = NAMES.into_iter().find(runs) else {
            assert!(std::env::var_os("CI").is_none(), "CI installs chromium");
            eprintln!("skipped: there is no Chromium here");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        // Chromium reads commands from descriptor 3 and answers on descriptor 4.
        let mut browser = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#, name])
            .args([
                "--headless",
                "--remote-debugging-pipe",
                "--disable-gpu",
                "--hide-scrollbars",
                "--disable-dev-shm-usage",
                "--no-first-run",
            ])
            // The tests of a container run as root; the page is our own.
            .arg("--no-sandbox")
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let commands = browser.stdin.take().unwrap();
        let mut messages = BufReader::new(browser.stdout.take().unwrap()).split(0);
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            while let Some(Ok(message)) = messages.next() {
                let _ = sender.send(serde_json::from_slice(&message).unwrap());
            }
        });
        let mut page = Self { browser, commands, answers, session: String::new(), asked: 0, events: Vec::new(), folder };
        page.load(html);
        Some(page)
    }

    fn load(&mut self, html: &str) {
        let file = self.folder.path().join("page.html");
        std::fs::write(&file, html).unwrap();
        let target = self.call("Target.createTarget", &json!({ "url": "about:blank" }))["targetId"].clone();
        let attached = self.call("Target.attachToTarget", &json!({ "targetId": target, "flatten": true }));
        attached["sessionId"].as_str().unwrap().clone_into(&mut self.session);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&format!("{domain}.enable"), &json!({}));
        }
        self.call("Page.navigate", &json!({ "url": format!("file://{}", file.display()) }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.receive();
            self.events.push(event);
        }
        // What a page does late it does here.
        self.evaluate("new Promise(resolve => setTimeout(resolve, 300))");
    }

    fn receive(&self) -> Value {
        self.answers.recv_timeout(PATIENCE).expect("Chromium answers")
    }

    /// A command of the protocol and its result.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let mut command = json!({ "id": self.asked, "method": method, "params": params });
        if !self.session.is_empty() {
            command["sessionId"] = json!(self.session);
        }
        self.commands.write_all(format!("{command}\0").as_bytes()).unwrap();
        loop {
            let message = self.receive();
            if message["id"] == self.asked {
                assert_eq!(message.get("error"), None, "{method}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// The value of an expression of JavaScript, awaited.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", &params);
        assert_eq!(answer.get("exceptionDetails"), None, "{expression}");
        answer["result"]["value"].clone()
    }

    /// A list of strings that an expression of JavaScript gives.
    pub(crate) fn list(&mut self, expression: &str) -> Vec<String> {
        serde_json::from_value(self.evaluate(expression)).unwrap()
    }

    /// Shows the page as a medium (`screen` or `print`) and in a colour scheme (`light` or `dark`), in a window of this many CSS pixels across.
    pub(crate) fn show(&mut self, medium: &str, scheme: &str, width: usize) {
        let features = [json!({ "name": "prefers-color-scheme", "value": scheme })];
        self.call("Emulation.setEmulatedMedia", &json!({ "media": medium, "features": features }));
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Presses and releases a key.
    pub(crate) fn press(&mut self, key: &str, code: u32, text: &str) {
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let params = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
            self.call("Input.dispatchKeyEvent", &params);
        }
    }

    /// What the console holds of warnings and errors, the page's own and the browser's.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let is_bad = |level: &Value| ["warning", "error", "assert"].iter().any(|bad| level == bad);
        let complains = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.consoleAPICalled") => is_bad(&event["params"]["type"]),
            Some("Log.entryAdded") => is_bad(&event["params"]["entry"]["level"]),
            Some("Runtime.exceptionThrown") => true,
            _ => false,
        };
        self.events.iter().filter(complains).map(Value::to_string).collect()
    }

    /// The addresses that the page asked for, after its own.
    pub(crate) fn requests(&self) -> Vec<String> {
        let sent = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let addresses: Vec<String> = sent.map(|event| event["params"]["request"]["url"].as_str().unwrap_or_default().to_owned()).collect();
        assert!(addresses.first().is_some_and(|own| own.ends_with("/page.html")), "requests are not seen: {addresses:?}");
        addresses[1..].to_vec()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
