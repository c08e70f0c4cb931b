//! Choosing events, and the forms for other programs.

use std::collections::HashMap;

use chrono::DateTime;
use routix::evidence::{Choice, Filter, Form, write_chosen};
use routix_domain::app::AppEvent;
use routix_domain::authorization::AuthorizationEvent;
use routix_domain::consent::ConsentEvent;
use routix_domain::log::{EventFeed, Fact, RecordedEvent};
use serde_json::Value;
use uuid::Uuid;

use super::place::Sealed;
use crate::support::Dice;

async fn chosen(place: &Sealed, filter: Filter) -> Vec<u64> {
    let mut choice = Choice::begin(&place.ports().0, filter).await.unwrap();
    let mut positions = Vec::new();
    while let Some(chosen) = choice.next().await.unwrap() {
        positions.push(chosen.event.position);
    }
    positions
}

async fn written(place: &Sealed, form: Form) -> String {
    let mut choice = Choice::begin(&place.ports().0, Filter::default()).await.unwrap();
    let mut bytes = Vec::new();
    write_chosen(&mut choice, (form, u64::MAX), &mut bytes, &mut |_, _| {}).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Organization and app.
type Owner = (Option<Uuid>, Option<Uuid>);

/// Those of every event, by a fold over the whole log.
fn owners(events: &[RecordedEvent]) -> Vec<Owner> {
    let mut known: HashMap<(String, String), Owner> = HashMap::new();
    let owner = |event: &RecordedEvent| {
        let said = match event.fact().unwrap() {
            Fact::App { app_id, event: AppEvent::Registered(app) } => Some((Some(app.organization_id), Some(app_id))),
            Fact::Authorization { event: AuthorizationEvent::CodeIssued(grant), .. } => {
                Some((Some(grant.organization_id), Some(grant.app_id)))
            }
            Fact::Authorization { event: AuthorizationEvent::Denied { app_id, .. }, .. } => Some((None, Some(app_id))),
            Fact::Consent { event: ConsentEvent::Granted { app_id, organization_id, .. }, .. } => {
                Some((Some(organization_id), Some(app_id)))
            }
            Fact::Organization { organization_id, .. } => Some((Some(organization_id), None)),
            Fact::App { .. }
            | Fact::Authorization { .. }
            | Fact::Consent { .. }
            | Fact::Person { .. }
            | Fact::Projection { .. }
            | Fact::Reservation { .. }
            | Fact::SigningKey { .. } => None,
        };
        let stream = (event.aggregate_type.clone(), event.aggregate_id.clone());
        let owner = known.entry(stream).or_default();
        *owner = said.unwrap_or(*owner);
        *owner
    };
    events.iter().map(owner).collect()
}

#[tokio::test]
async fn a_choice_is_what_a_reader_of_the_whole_log_would_choose() {
    let mut place = Sealed::new(31).await;
    place.grow(400).await;
    let events = place.store.read_after(0, 10_000).await.unwrap().events;
    let owners = owners(&events);
    let by_hand = |wanted: &dyn Fn(&RecordedEvent, Owner) -> bool| -> Vec<u64> {
        let all = events.iter().zip(&owners).filter(|(event, owner)| wanted(event, **owner));
        all.map(|(event, _)| event.position).collect()
    };
    let mut dice = Dice::seeded(31);
    for _ in 0..30 {
        let (organization, app) = *dice.pick(&owners);
        let (one, other) = (dice.pick(&events).clone(), dice.pick(&events).clone());
        let after = dice.below(200);
        if let Some(id) = organization {
            let filter = Filter { organization: Some(id), after, ..Filter::default() };
            let expected = by_hand(&|event, owner| owner.0 == Some(id) && event.position > after);
            assert_eq!(chosen(&place, filter).await, expected);
        }
        if let Some(id) = app {
            let filter = Filter { app: Some(id), ..Filter::default() };
            assert_eq!(chosen(&place, filter).await, by_hand(&|_, owner| owner.1 == Some(id)));
        }
        let (from, to) = (one.recorded_at.min(other.recorded_at), one.recorded_at.max(other.recorded_at));
        let filter = Filter { from: Some(from), to: Some(to), ..Filter::default() };
        let expected = by_hand(&|event, _| (from..=to).contains(&event.recorded_at));
        assert_eq!(chosen(&place, filter).await, expected);
        let filter = Filter { types: vec![one.event_type.clone(), "consent.".into()], ..Filter::default() };
        let expected =
            by_hand(&|event, _| event.event_type == one.event_type || event.event_type.starts_with("consent."));
        assert_eq!(chosen(&place, filter).await, expected);
    }
    for actor in ["system", "deploy"] {
        let filter = Filter { actor: Some(actor.into()), ..Filter::default() };
        let expected = by_hand(&|event, _| event.metadata.contains(&format!("\"{actor}\"")));
        assert_eq!(chosen(&place, filter).await, expected);
    }
    let late = Filter { from: DateTime::from_timestamp(99_999_999_999, 0), ..Filter::default() };
    assert_eq!(chosen(&place, late).await, [0; 0]);
}

#[tokio::test]
async fn an_app_is_found_by_its_client_id_too() {
    let place = Sealed::new(32).await;
    let events = place.store.read_after(0, 10_000).await.unwrap().events;
    let apps = events.iter().filter_map(|event| match event.fact().unwrap() {
        Fact::App { app_id, event: AppEvent::Registered(app) } => Some((app_id, app.client_id)),
        Fact::App { .. }
        | Fact::Authorization { .. }
        | Fact::Consent { .. }
        | Fact::Organization { .. }
        | Fact::Person { .. }
        | Fact::Projection { .. }
        | Fact::Reservation { .. }
        | Fact::SigningKey { .. } => None,
    });
    let mut found = 0;
    for (app_id, client_id) in apps {
        let by = |app| chosen(&place, Filter { app: Some(app), ..Filter::default() });
        let by_app = by(app_id).await;
        assert_eq!(by(client_id).await, by_app);
        found += by_app.len();
    }
    assert!(found > 5, "{found}");
}

#[tokio::test]
async fn no_form_but_the_whole_export_holds_a_digest_of_a_secret() {
    let place = Sealed::new(33).await;
    let whole = String::from_utf8(place.export().await).unwrap();
    assert!(whole.contains("\"sha256\""), "a history with secrets");
    for form in [Form::Csv { bom: true }, Form::Json, Form::Jsonl, Form::CloudEvents] {
        let text = written(&place, form).await;
        assert!(text.contains("last4") && !text.contains("sha256") && !text.contains("fingerprint"), "{form:?}");
    }
}

#[tokio::test]
async fn each_form_is_what_its_readers_expect() {
    let place = Sealed::new(34).await;
    let head = usize::try_from(place.head().await).unwrap();
    let csv = written(&place, Form::Csv { bom: true }).await;
    assert!(csv.starts_with("\u{feff}position,id,recorded_at,") && csv.ends_with("\r\n"));
    assert_eq!(csv.matches("\r\n").count(), head + 1, "no line end stands in a cell");
    let json: Vec<Value> = serde_json::from_str(&written(&place, Form::Json).await).unwrap();
    let jsonl: Vec<Value> =
        written(&place, Form::Jsonl).await.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((json.len(), &json), (head, &jsonl));
    let mut last = String::new();
    for (line, listed) in written(&place, Form::CloudEvents).await.lines().zip(&json) {
        let event: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| event[name].as_str().unwrap_or_else(|| panic!("{name} in {event}")).to_owned();
        assert_eq!((text("specversion"), text("id")), ("1.0".into(), listed["id"].as_str().unwrap().into()));
        let version = listed["version"].as_str().unwrap();
        assert_eq!(text("type"), format!("com.routix.{}.v{version}", listed["type"].as_str().unwrap()));
        let source = listed["organization_id"].as_str().map_or("/".to_owned(), |id| format!("/organizations/{id}"));
        assert_eq!((text("source"), &event["data"]), (source, &listed["data"]));
        // Attribute names are lower-case letters and digits, and order as text is order.
        assert!(event.as_object().unwrap().keys().all(|name| name.bytes().all(|b| b.is_ascii_lowercase())), "{event}");
        assert!(text("sequence") > last);
        last = text("sequence");
    }
}

#[tokio::test]
async fn a_cell_that_a_spreadsheet_would_run_is_only_text() {
    let place = Sealed::new(35).await;
    for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\u{9}=1", "\u{d}=1", "=\"a\",b"] {
        let planted = serde_json::json!({"actor_kind": "command_line", "actor_id": formula}).to_string();
        place.tamper(&format!("UPDATE events SET metadata = '{planted}' WHERE position = 1"));
        let csv = written(&place, Form::Csv { bom: false }).await;
        let quoted = formula.replace('"', "\"\"");
        assert!(csv.contains(&format!("'{quoted}")), "{formula}: {:.400}", csv);
        assert!(!csv.contains(&format!(",{formula}")) && !csv.contains(&format!(",\"{quoted}")), "{formula}");
    }
}
