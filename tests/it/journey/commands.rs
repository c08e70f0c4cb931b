//! Commands that are meant to be pasted: the guides' own, and those that the demo prints.

use super::script::{Journey, fixture};

#[test]
fn the_curl_commands_of_the_guides_work_when_pasted() {
    let mut journey = Journey::start();
    let text = fixture("commands.http");
    journey.page(&text);
    assert_eq!(journey.steps, text.matches("\ncurl ").count(), "every command was run");
}

/// The lines under `  N  Title:` in the demo's welcome.
fn printed(welcome: &str, number: u8) -> String {
    let heading = format!("  {number}  ");
    let lines = welcome.lines().skip_while(|line| !line.starts_with(&heading)).skip(1);
    let command: Vec<&str> = lines.take_while(|line| line.starts_with("    ")).collect();
    assert!(!command.is_empty(), "{welcome}");
    command.join("\n")
}

#[test]
fn the_three_commands_of_the_demo_work_when_pasted() {
    let journey = Journey::start();
    std::fs::remove_file(journey.data().parent().unwrap().join(".curlrc")).unwrap();
    let welcome = journey.server.stdout();
    let [token, call, history] = [1, 2, 3].map(|number| printed(&welcome, number));
    let called = journey.bash(&format!("{token}\n{call}"));
    let called: serde_json::Value = serde_json::from_str(&called).unwrap();
    assert_eq!(called["data"][0]["company_name"], "Acme Transport B.V.");
    assert_eq!(called["data"].as_array().unwrap().len(), 5);
    let events: serde_json::Value = serde_json::from_str(&journey.bash(&history)).unwrap();
    assert_eq!(events[0]["type"], "app.registered", "{events}");
    assert_eq!(events[0]["actor"]["kind"], "system");
}

#[test]
fn the_welcome_says_where_it_is_and_how_to_sign_in() {
    let journey = Journey::start();
    let welcome = journey.server.stdout();
    for name in ["ROUTIX_URL", "ROUTIX_OWNER_EMAIL", "ROUTIX_OWNER_PASSWORD"] {
        assert!(welcome.contains(journey.get(name)), "{name} in {welcome}");
    }
    assert!(welcome.contains(journey.data().join("demo.env").to_str().unwrap()), "{welcome}");
}
