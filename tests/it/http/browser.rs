//! A browser, as far as our pages need one: it keeps cookies, says where a request comes from, and submits forms.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex};

use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};

use super::app::{Nodes, TestApp};
use super::client::{Answer, answer};
use super::html::{Form, forms, unescape};
use super::world::{Actor, PASSWORD};

/// What Chromium and Firefox send with a form of a page that has `Referrer-Policy: no-referrer`.
pub(crate) const FROM_OUR_PAGE: [(&str, &str); 2] = [("sec-fetch-site", "same-origin"), ("origin", "null")];

/// One person's browser. It follows no redirect by itself.
pub(crate) struct Browser {
    nodes: Arc<Nodes>,
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
    language: &'static str,
}

/// An answer and where it came from.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) path: String,
    answer: Answer,
}

impl Deref for Page {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.answer
    }
}

impl Page {
    /// # Panics
    /// Unless it has this status; the page is shown then.
    pub(crate) fn expect(self, status: u16) -> Self {
        Self { path: self.path, answer: self.answer.expect(status) }
    }

    /// Where a redirect leads.
    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// The form with this id, or else this action.
    pub(crate) fn form(&self, name: &str) -> Form {
        let forms = forms(&self.text);
        let found = forms.iter().find(|form| form.id == name).or_else(|| forms.iter().find(|form| form.action == name));
        found.unwrap_or_else(|| panic!("no form {name} at {}: {} {}", self.path, self.status, self.text)).clone()
    }

    /// What stands in a field of a form.
    pub(crate) fn field(&self, form: &str, name: &str) -> String {
        let form = self.form(form);
        let found = form.fields.iter().find(|(found, _)| found == name);
        found.unwrap_or_else(|| panic!("no field {name} in {form:?}")).1.clone()
    }

    /// The text of the page without its tags.
    pub(crate) fn words(&self) -> String {
        let texts = self.text.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| unescape(text));
        texts.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// # Panics
    /// Unless it says this.
    pub(crate) fn expect_words(self, words: &str) -> Self {
        assert!(self.words().contains(words), "no {words:?} at {}: {}", self.path, self.words());
        self
    }
}

impl Browser {
    pub(crate) fn new(app: &TestApp) -> Self {
        Self::reading(app, "en")
    }

    /// A browser that prefers a language.
    pub(crate) fn reading(app: &TestApp, language: &'static str) -> Self {
        let client =
            Client::builder().redirect(Policy::none()).user_agent("Firefox/140.0 (X11; Linux)").build().unwrap();
        Self { nodes: Arc::clone(&app.nodes), client, cookies: Mutex::default(), language }
    }

    /// Types an address: a path of this site.
    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, |request| request.header("sec-fetch-site", "none")).await
    }

    /// Fills a form in and submits it. What is not named is sent as it stands there.
    pub(crate) async fn submit(&self, page: &Page, form: &str, values: &[(&str, &str)]) -> Page {
        let form = page.form(form);
        let mut fields = form.fields.clone();
        for (name, value) in values {
            assert!(form.names.iter().any(|found| found == name), "no field {name} in {form:?}");
            fields.retain(|(found, _)| found != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        if form.method.eq_ignore_ascii_case("post") {
            return self.post(&form.action, &fields, &FROM_OUR_PAGE).await;
        }
        let query = urlencoded(&fields);
        self.send(Method::GET, &format!("{}?{query}", form.action), |request| {
            request.header("sec-fetch-site", "same-origin")
        })
        .await
    }

    /// Sends a form from wherever the headers say.
    pub(crate) async fn post<N: AsRef<str>, V: AsRef<str>>(
        &self,
        path: &str,
        fields: &[(N, V)],
        headers: &[(&str, &str)],
    ) -> Page {
        let body = urlencoded(fields);
        self.send(Method::POST, path, |request| {
            let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
        })
        .await
    }

    /// Goes where a redirect of ours leads.
    pub(crate) async fn follow(&self, page: &Page) -> Page {
        assert!(page.location().starts_with('/'), "{} leads to {:?}", page.path, page.location());
        self.get(page.location()).await
    }

    /// Signs in at the page, as a person does, and ends at the answer that sets the cookie.
    pub(crate) async fn sign_in(&self, actor: Actor) -> Page {
        self.sign_in_at(&self.get("/sign-in").await.expect(200), actor.email(), PASSWORD).await.expect(303)
    }

    /// Fills in the sign-in form of a page.
    pub(crate) async fn sign_in_at(&self, page: &Page, email: &str, password: &str) -> Page {
        self.submit(page, "sign-in", &[("email", email), ("password", password)]).await
    }

    /// Whether the account page opens.
    pub(crate) async fn is_signed_in(&self) -> bool {
        let page = self.get("/account").await;
        assert!(matches!(page.status, 200 | 303), "{} {}", page.status, page.text);
        page.status == 200
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    async fn send(&self, method: Method, path: &str, complete: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Page {
        let request = self.client.request(method, format!("{}{path}", self.nodes.next()));
        let mut request = request.header("accept-language", self.language);
        let pairs: Vec<String> =
            self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !pairs.is_empty() {
            request = request.header("cookie", pairs.join("; "));
        }
        let answer = answer(complete(request)).await;
        for line in answer.headers.get_all("set-cookie") {
            self.keep(line.to_str().unwrap());
        }
        Page { path: path.to_owned(), answer }
    }

    /// The tests speak plain HTTP whatever the public URL says, so `Secure` keeps no cookie back here.
    fn keep(&self, line: &str) {
        let (pair, attributes) = line.split_once("; ").unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').unwrap();
        if attributes.contains("Max-Age=0") {
            self.cookies.lock().unwrap().remove(name);
        } else {
            self.set_cookie(name, value);
        }
    }
}

fn urlencoded<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref())));
    text.finish()
}
