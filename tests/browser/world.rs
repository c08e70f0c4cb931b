//! The real program with its demo, and the people in it.

use std::collections::BTreeMap;

use serde_json::json;
use tempfile::TempDir;

use crate::browser::Browser;
use crate::running::{Request, Server, facts, routix, send};

/// A running demo of its own for each test, because failed sign-ins of one would be held against another.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) facts: BTreeMap<String, String>,
    folder: TempDir,
}

impl World {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::demo(folder.path());
        Self { server, facts: facts(folder.path()), folder }
    }

    pub(crate) fn fact(&self, name: &str) -> &str {
        &self.facts[&format!("ROUTIX_{name}")]
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.fact("URL"))
    }

    /// Fills in the sign-in form that is open, for `OWNER`, `ADMIN` or `VIEWER`.
    pub(crate) fn sign_in(&self, browser: &Browser, who: &str) {
        browser.fill("#email", self.fact(&format!("{who}_EMAIL")));
        browser.fill("#password", self.fact(&format!("{who}_PASSWORD")));
        browser.click("#sign-in button");
    }

    /// Signs in and waits for the account page.
    pub(crate) fn sign_in_at(&self, browser: &Browser, who: &str) {
        browser.goto(&self.url("/sign-in?return_to=/account"));
        self.sign_in(browser, who);
        browser.text("#sessions");
    }

    /// Signs in and waits for the apps of the organization.
    pub(crate) fn sign_in_to_apps(&self, browser: &Browser, who: &str) {
        browser.goto(&self.url("/sign-in"));
        self.sign_in(browser, who);
        browser.text(".side a[aria-current=page]");
    }

    /// A path of the organization whose people have passwords in `demo.env`.
    pub(crate) fn organization(&self, rest: &str) -> String {
        self.url(&format!("/organizations/{}{rest}", self.fact("ORGANIZATION_ID")))
    }

    /// `host:port`.
    pub(crate) fn host(&self) -> &str {
        &self.server.host
    }

    /// Signs in as a program does; the access token.
    pub(crate) fn user_token(&self, who: &str) -> String {
        let (email, password) = (self.fact(&format!("{who}_EMAIL")), self.fact(&format!("{who}_PASSWORD")));
        let request = Request::new("POST", "/auth/v1/token?grant_type=password");
        let answer = send(&self.server.host, &request.json(&json!({"email": email, "password": password})));
        answer.at("/access_token")
    }

    /// Makes somebody a member of an organization, as an operator does beside the running server.
    pub(crate) fn join(&self, organization_id: &str, who: &str, role: &str) {
        let user = self.fact(&format!("{who}_EMAIL"));
        let added = ["member", "add", "--organization", organization_id, "--user", user, "--role", role];
        routix(self.folder.path(), &added).done();
    }
}
