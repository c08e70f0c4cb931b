//! The published schemas against what is stored.

use std::collections::HashMap;
use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use routix_domain::log::EventFeed;
use routix_domain::schema::SCHEMAS;
use serde_json::{Value, json};

use super::place::Sealed;

/// A validator that is not ours, for every published schema.
struct Published {
    schemas: Schemas,
    by_type: HashMap<(String, String), SchemaIndex>,
}

impl Published {
    fn compiled() -> Self {
        let (mut schemas, mut compiler, mut by_type) = (Schemas::new(), Compiler::new(), HashMap::new());
        compiler.enable_format_assertions();
        for schema in SCHEMAS {
            let url = format!("https://api.example.com/schemas/events/{}", schema.name());
            compiler.add_resource(&url, serde_json::from_str(schema.text).unwrap()).unwrap();
            let index = compiler.compile(&url, &mut schemas).unwrap_or_else(|error| panic!("{url}: {error:#}"));
            by_type.insert((schema.event_type.to_owned(), schema.event_version.to_owned()), index);
        }
        Self { schemas, by_type }
    }

    fn check(&self, event_type: &str, version: &str, payload: &Value) -> Result<(), String> {
        let key = (event_type.to_owned(), version.to_owned());
        let index = self.by_type.get(&key).unwrap_or_else(|| panic!("{key:?}"));
        self.schemas.validate(payload, *index).map_err(|error| format!("{error:#}"))
    }
}

/// Type, version and payload of every golden file.
fn golden() -> Vec<(String, String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("domain/golden");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let stem = name.trim_end_matches(".json").trim_end_matches(".minimal");
        let (event_type, version) = stem.rsplit_once('.').unwrap();
        let payload = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        (event_type.to_owned(), version.to_owned(), payload)
    };
    files.map(read).collect()
}

#[test]
fn every_golden_file_validates() {
    let published = Published::compiled();
    let golden = golden();
    for (event_type, version, payload) in &golden {
        published.check(event_type, version, payload).unwrap_or_else(|error| panic!("{event_type}: {error}"));
    }
    for schema in SCHEMAS {
        assert!(golden.iter().any(|(event_type, ..)| event_type == schema.event_type), "{}", schema.event_type);
    }
}

#[tokio::test]
async fn every_event_of_random_histories_validates() {
    let published = Published::compiled();
    let mut types = std::collections::BTreeSet::new();
    for seed in 0..5 {
        let mut place = Sealed::new(seed).await;
        place.grow(600).await;
        for event in place.store.read_after(0, 10_000).await.unwrap().events {
            let payload = serde_json::from_str(&event.payload).unwrap();
            let checked = published.check(&event.event_type, &event.event_version, &payload);
            checked.unwrap_or_else(|error| panic!("{}: {error}\n{payload}", event.event_type));
            types.insert(event.event_type);
        }
    }
    assert!(types.len() > 20, "{types:?}");
}

/// A payload that lacks something, has something more, or has something of another kind, is another one.
#[test]
fn a_wrong_payload_does_not_validate() {
    let published = Published::compiled();
    let optional = ["description", "homepage_url", "secret", "request_fingerprint", "expires_at", "resource"];
    for (event_type, version, payload) in golden() {
        let refused = |changed: &Value, how: &str| {
            assert!(published.check(&event_type, &version, changed).is_err(), "{event_type}: {how}: {changed}");
        };
        for name in payload.as_object().unwrap().keys() {
            let mut changed = payload.clone();
            changed[name] = json!(-1);
            refused(&changed, name);
            changed[name] = json!({"x": []});
            refused(&changed, name);
            changed.as_object_mut().unwrap().remove(name);
            // What may be left out in one type, as a description, is not left out in another.
            let may_be_left_out = optional.contains(&name.as_str()) && !event_type.ends_with("_changed");
            if !may_be_left_out && name != "secret" {
                refused(&changed, name);
            }
        }
        let mut changed = payload.clone();
        changed["more"] = json!(1);
        refused(&changed, "more");
        refused(&json!([]), "a list");
    }
}
