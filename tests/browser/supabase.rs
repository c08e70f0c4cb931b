//! E23: supabase-js in a page of another site, which the service names, and in one that it does not name.

use std::fs;
use std::path::Path;

use crate::browser::{Browser, Person};
use crate::listener::Listener;
use crate::running::{Server, command, facts};

const PATH: &str = "/manage";

/// What a person manages there, in the words of the recipe for node.
const SCRIPT: &str = "
    const told = [];
    const api = supabase.createClient(facts.url, 'no-key-is-needed');
    const run = async () => {
        const { error } = await api.auth.signInWithPassword({ email: facts.email, password: facts.password });
        if (error) return told.push('no answer: ' + error.name);
        const registered = await api.functions.invoke('register-oauth-app', { body: {
            name: 'From a page', redirect_uris: ['https://erp.example/callback'], allowed_scopes: ['routix:orders:read'],
        } });
        const { id, client_secret: secret } = registered.data.app;
        const rotated = await api.functions.invoke('rotate-oauth-secret', { body: { oauth_app_id: id } });
        told.push('rotated ' + (rotated.data.client_secret !== secret));
        const found = await api.from('oauth_apps').select('id', { count: 'exact', head: true }).eq('id', id);
        told.push('found ' + found.count);
        const revoked = await api.from('oauth_apps').update({ status: 'revoked' }).eq('id', id).select().single();
        told.push('revoked ' + revoked.data.status);
        const failed = await api.from('oauth_apps').select().eq('moon', 1);
        told.push('failed ' + failed.error.code);
    };
    run().catch((error) => told.push(String(error))).then(() => {
        const end = document.createElement('p');
        end.id = 'told';
        end.textContent = told.join(', ');
        document.body.append(end);
    });";

fn client() -> String {
    let file = "tests/recipes/node_modules/@supabase/supabase-js/dist/umd/supabase.js";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file} is missing, tests/run installs it: {error}"))
}

/// What the page says in the end, on a site that the service names or on one that it does not, and what the browser has
/// against it.
fn told(is_named: bool) -> (String, Vec<String>) {
    // The service has to know the site before it starts, and the page the service.
    let site = Listener::reserve();
    let folder = tempfile::tempdir().unwrap();
    let mut demo = command(folder.path(), &["demo", "--listen", "127.0.0.1:0"]);
    demo.env("ROUTIX_CORS_ORIGINS", if is_named { site.origin() } else { "https://app.example.com".to_owned() });
    let _server = Server::start(demo);
    let facts = facts(folder.path());
    let known = serde_json::json!({
        "url": facts["ROUTIX_URL"],
        "email": facts["ROUTIX_ADMIN_EMAIL"],
        "password": facts["ROUTIX_ADMIN_PASSWORD"],
    });
    let page = format!("<h1>Apps</h1><script>{}</script><script>const facts = {known};{SCRIPT}</script>", client());
    let site = site.with_pages(&[(PATH, &page)]);
    let browser = Browser::of(Person::ENGLISH);
    browser.goto(&format!("{}{PATH}", site.origin));
    (browser.text("#told"), browser.complaints())
}

#[test]
fn a_page_of_a_named_site_registers_rotates_finds_and_revokes() {
    let (told, _) = told(true);
    assert_eq!(told, "rotated true, found 1, revoked revoked, failed PGRST100");
}

#[test]
fn a_page_of_another_site_gets_no_answer() {
    let (told, complaints) = told(false);
    assert_eq!(told, "no answer: AuthRetryableFetchError");
    assert!(complaints.iter().any(|text| text.contains("CORS policy")), "{complaints:?}");
}
