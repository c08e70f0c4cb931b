//! Exports: the same twice, checked without the database, and by a second implementation.

use std::fs::File;

use routix::evidence::{CheckError, Kept, Wrong, check_file, checkpoint_in};
use routix_domain::evidence::Finding;

use super::place::{Sealed, python_agrees};
use crate::support::Dice;

fn check(place: &Sealed, bytes: &[u8], kept: &Kept) -> Result<u64, CheckError> {
    let path = place.file("check.jsonl", bytes);
    check_file(&mut File::open(path).unwrap(), kept, &mut |_, _| {}).map(|(report, _)| report.verified.size)
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[tokio::test]
async fn an_export_is_the_same_twice_and_both_verifiers_agree() {
    for seed in 0..5 {
        let place = Sealed::new(seed).await;
        let export = place.export().await;
        assert_eq!(export, place.export().await);
        let lines = lines(&export);
        let origin = checkpoint_in(&place.notes().await[0]).unwrap().origin;
        assert!(lines[0].starts_with(br#"{"format":"routix-events","version":1,"#));
        assert!(lines.last().unwrap().starts_with(b"{\"checkpoint\":"));
        assert_eq!(check(&place, &export, &place.kept(&place.notes().await)).unwrap(), place.head().await);
        let path = place.file("export.jsonl", &export);
        let said = python_agrees(&path, &origin, &place.public_keys()).unwrap();
        assert!(said.starts_with(&place.head().await.to_string()), "{said}");
    }
}

#[tokio::test]
async fn a_changed_export_is_refused_by_both() {
    let place = Sealed::new(8).await;
    let (export, kept) = (place.export().await, place.kept(&[]));
    let origin = checkpoint_in(&place.notes().await[0]).unwrap().origin;
    let mut dice = Dice::seeded(8);
    for round in 0..60 {
        let mut lines = lines(&export);
        let events: Vec<usize> = (1..lines.len()).filter(|line| lines[*line].starts_with(b"{\"index\"")).collect();
        let line = *dice.pick(&events);
        match round % 4 {
            0 => drop(lines.remove(line)),
            1 => lines.swap(line, if line == events[0] { events[1] } else { events[0] }),
            2 => {
                let twice = lines[line].clone();
                lines.insert(line, twice);
            }
            _ => {
                let places: Vec<usize> =
                    (0..lines[line].len()).filter(|at| lines[line][*at].is_ascii_digit()).collect();
                let at = *dice.pick(&places);
                lines[line][at] = if lines[line][at] == b'7' { b'8' } else { b'7' };
            }
        }
        let changed = lines.concat();
        let ours = check(&place, &changed, &kept);
        assert!(matches!(ours, Err(CheckError::Wrong(_))), "round {round}: {ours:?}");
        let python = python_agrees(&place.file("check.jsonl", &changed), &origin, &place.public_keys());
        assert!(python.is_err(), "round {round}: {python:?}");
    }
}

#[tokio::test]
async fn an_export_that_was_cut_off_is_found_unless_it_ends_like_one_with_no_other_checkpoint_at_hand() {
    let place = Sealed::new(9).await;
    let export = place.export().await;
    let (all, notes) = (lines(&export), place.notes().await);
    for length in 1..all.len() {
        let cut = all[..length].concat();
        let ends_in_checkpoint = all[length - 1].starts_with(b"{\"checkpoint\"");
        assert_eq!(check(&place, &cut, &place.kept(&[])).is_ok(), ends_in_checkpoint, "{length} lines");
        // When only the newest checkpoint is lost, the one that was kept is as good.
        let whole = length == all.len() - 1;
        assert_eq!(check(&place, &cut, &place.kept(&notes)).is_ok(), whole, "{length} lines");
    }
    let half_a_line = &export[..export.len() - 3];
    assert!(matches!(check(&place, half_a_line, &place.kept(&[])), Err(CheckError::Wrong(Wrong::Line { .. }))));
}

#[tokio::test]
async fn only_keys_that_were_given_are_believed_and_those_in_the_file_are_named() {
    let (place, other) = (Sealed::new(10).await, Sealed::new(10).await);
    let export = place.export().await;
    let wrong = check(&place, &export, &other.kept(&[])).unwrap_err();
    assert!(matches!(wrong, CheckError::Wrong(Wrong::Log(Finding::UnknownKey { .. }))), "{wrong}");
    let path = place.file("check.jsonl", &export);
    let nobody = Kept::default();
    let (_, about) = check_file(&mut File::open(&path).unwrap(), &nobody, &mut |_, _| {}).unwrap();
    assert_eq!(about.unvouched.iter().map(ToString::to_string).collect::<Vec<_>>(), place.public_keys());
    let foreign = Kept { origin: Some("another/log".into()), ..place.kept(&[]) };
    let wrong = check(&place, &export, &foreign).unwrap_err();
    assert!(matches!(wrong, CheckError::Wrong(Wrong::Log(Finding::WrongOrigin { .. }))), "{wrong}");
}

#[tokio::test]
async fn what_is_no_export_is_refused_with_the_line() {
    let place = Sealed::new(14).await;
    let (export, kept) = (place.export().await, place.kept(&[]));
    let text = String::from_utf8(export).unwrap();
    let checkpoint = text.lines().find(|line| line.starts_with("{\"checkpoint\"")).unwrap();
    for (changed, line) in [
        (String::new(), 1),
        ("position,id\n1,2\n".to_owned(), 1),
        (text.replacen("\"version\":1", "\"version\":2", 1), 1),
        (text.replacen("\n{\"index\":0", "\n\n{\"index\":0", 1), 2),
        (text.replacen("\n{\"index\":0", "\n[]\n{\"index\":0", 1), 2),
        (text.replacen("{\"index\":3,", "{\"index\":3,\"more\":1,", 1), 5),
        (text.replacen(checkpoint, &checkpoint.replace("{\"c", "{\"\\u0063"), 1), text.lines().count() + 1),
    ] {
        match check(&place, changed.as_bytes(), &kept) {
            Err(CheckError::Wrong(Wrong::Line { line: found, .. })) => assert_eq!(found, line as u64, "{changed:.80}"),
            other => panic!("{changed:.80}: {other:?}"),
        }
    }
}
