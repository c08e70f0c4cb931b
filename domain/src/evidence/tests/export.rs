//! The lines of an export, to the byte and back.

use super::logs::{Numbers, random, trust, verify};
use crate::evidence::{ExportEvent, ExportHeader, ExportLine, Item, Verifier};

fn written(line: &ExportLine) -> String {
    serde_json::to_string(line).unwrap()
}

fn line_of(item: &Item) -> ExportLine {
    ExportLine::Event(Box::new(ExportEvent::try_from(item).unwrap()))
}

#[test]
fn header_and_checkpoint_are_these_bytes() {
    let header = r#"{"format":"routix-events","version":1,"origin":"auth.example/log","keys":["a+b+c"]}"#;
    assert_eq!(written(&ExportLine::Header(ExportHeader::new("auth.example/log", vec!["a+b+c".into()]))), header);
    assert_eq!(written(&ExportLine::Checkpoint { checkpoint: "a\n\n— b\n".into() }), r#"{"checkpoint":"a\n\n— b\n"}"#);
    let later = r#"{"format":"routix-events","version":1,"origin":"o","made_by":"routix 2"}"#;
    assert_eq!(
        serde_json::from_str::<ExportLine>(later).unwrap(),
        ExportLine::Header(ExportHeader::new("o", Vec::new()))
    );
}

#[test]
fn an_event_has_its_thirteen_members_in_this_order() {
    let item = &random(&mut Numbers(3)).items[0];
    let line = written(&line_of(item));
    let names = "index leaf chain position event_id aggregate_type aggregate_id sequence event_type event_version payload metadata recorded_at";
    let places: Vec<_> = names.split(' ').map(|name| line.find(&format!("\"{name}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{line}");
    assert!(line.contains(r#""payload":{"type":"app.renamed","#), "values and not text: {line}");
}

#[test]
fn an_export_that_was_written_and_read_is_still_right() {
    for seed in 0..50 {
        let log = random(&mut Numbers(seed));
        let lines = log.items.iter().map(|item| written(&line_of(item)));
        let read = lines.map(|line| match serde_json::from_str(&line).unwrap() {
            ExportLine::Event(event) => *event,
            ExportLine::Checkpoint { .. } | ExportLine::Header(_) => panic!("{line}"),
        });
        let read: Vec<ExportEvent> = read.collect();
        let mut verifier = Verifier::new(&trust(), log.notes.iter().map(String::as_str));
        read.iter().for_each(|line| verifier.feed_line(line));
        let of_items = verify(&read.into_iter().map(Item::from).collect::<Vec<_>>(), &log.notes);
        assert!(of_items.is_ok() && verifier.finish() == of_items, "seed {seed}: {of_items:?}");
    }
}

#[test]
fn lines_that_other_readers_could_read_otherwise_are_refused() {
    let line = written(&line_of(&random(&mut Numbers(3)).items[0]));
    assert!(serde_json::from_str::<ExportLine>(&line).is_ok());
    for (from, to) in [
        ("\"index\":0", "\"index\":0.0"),
        ("\"index\":0", "\"index\":\"0\""),
        ("\"index\":0", "\"index\":0,\"index\":0"),
        ("\"index\":0", "\"index\":0,\"more\":0"),
        ("\"index\":0,", ""),
        (".000000Z", ".000000+00:00"),
        (".000000Z", "Z"),
        ("-0000-", "0000"),
    ] {
        let changed = line.replacen(from, to, 1);
        if from == ".000000Z" && changed == line {
            continue;
        }
        assert_ne!(changed, line, "{from} in {line}");
        assert!(serde_json::from_str::<ExportLine>(&changed).is_err(), "{changed}");
    }
    let leaf = line.split('"').nth(5).unwrap();
    let capitals = line.replacen(leaf, &leaf.to_uppercase(), 1);
    assert!(serde_json::from_str::<ExportLine>(&capitals).is_err(), "{capitals}");
}

#[test]
fn a_member_that_is_named_twice_reaches_the_verifier() {
    let log = random(&mut Numbers(3));
    let line = written(&line_of(&log.items[0])).replacen("\"type\":", "\"type\":\"x\",\"type\":", 1);
    let ExportLine::Event(event) = serde_json::from_str(&line).unwrap() else { panic!("{line}") };
    let mut items = log.items;
    items[0] = Item::from(*event);
    assert!(verify(&items, &log.notes).unwrap_err().to_string().contains("named twice"));
}
