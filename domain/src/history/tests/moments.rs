//! Which events count at a moment, and which texts name one.

use super::*;

fn history() -> AppHistory {
    Log::default()
        .push("organization", id(ORGANIZATION), &serde_json::json!({"type": "organization.created", "name": "x"}))
        .app(&registered())
        .push(
            "consent",
            id(7),
            &ConsentEvent::Granted {
                user_id: id(BOB),
                app_id: id(2),
                organization_id: id(ORGANIZATION),
                scopes: scopes("routix:orders:read"),
            },
        )
        .push("consent", id(7), &ConsentEvent::Withdrawn { withdrawals: 1 })
        .push("app", id(2), &registered())
        .consent(BOB, &granted(BOB, "routix:orders:read"))
        .app(&AppEvent::Revoked {})
        .history()
}

#[test]
fn only_the_app_and_the_consents_to_it_are_in_its_history() {
    let positions: Vec<_> = history().entries().iter().map(|entry| entry.place.position).collect();
    assert_eq!(positions, [2, 6, 7]);
    let sequences: Vec<_> = history().entries().iter().map(Entry::app_sequence).collect();
    assert_eq!(sequences, [Some(1), None, Some(2)]);
}

#[test]
fn events_come_in_any_order_and_are_told_in_that_of_the_log() {
    let log = Log::default().app(&registered()).consent(BOB, &granted(BOB, "routix:orders:read"));
    let log = log.consent(BOB, &ConsentEvent::Withdrawn { withdrawals: 1 }).app(&AppEvent::Revoked {});
    let mut reversed = log.0.clone();
    reversed.reverse();
    assert_eq!(AppHistory::of(id(APP), reversed).unwrap(), log.history());
}

#[test]
fn an_event_that_cannot_be_read_leaves_no_history() {
    let mut log = Log::default().app(&registered()).app(&AppEvent::Revoked {});
    log.0[1].payload = "{}".into();
    assert!(AppHistory::of(id(APP), log.0).is_err());
}

#[test]
fn a_time_includes_what_was_recorded_at_it() {
    let history = history();
    let position = |moment| history.then(moment).map(|then| then.as_of.position);
    assert_eq!(position(Moment::Time(at(19))), None);
    assert_eq!(position(Moment::Time(at(20))), Some(2));
    assert_eq!(position(Moment::Time(at(59))), Some(2));
    assert_eq!(position(Moment::Time(at(60))), Some(6));
    assert_eq!(position(Moment::Time(at(9_999))), Some(7));
    assert_eq!(history.then(Moment::Time(at(9_999))).unwrap().as_of.time, at(9_999));
}

#[test]
fn a_sequence_is_the_apps_own_and_brings_the_consents_of_its_position() {
    let history = history();
    let then = |sequence| history.then(Moment::Sequence(sequence));
    assert_eq!(then(0), None);
    assert_eq!(then(1).unwrap().get(consent_of(BOB)), None);
    assert!(then(2).unwrap().get(consent_of(BOB)).is_some());
    assert_eq!(then(2).unwrap().as_of, AsOf { time: at(70), position: 7, sequence: 2 });
    assert_eq!(then(3), None);
}

#[test]
fn a_position_may_lie_between_events() {
    let history = history();
    assert_eq!(history.then(Moment::Position(1)), None);
    assert_eq!(history.then(Moment::Position(5)).unwrap().as_of.position, 2);
    assert_eq!(history.then(Moment::Position(u64::MAX)).unwrap().as_of.position, 7);
}

#[test]
fn several_events_of_one_moment_count_together() {
    let mut log = Log::default().app(&registered()).app(&AppEvent::Revoked {});
    log.0[1].recorded_at = log.0[0].recorded_at;
    assert_eq!(log.history().then(Moment::Time(at(10))).unwrap().as_of.sequence, 2);
}

#[test]
fn a_moment_is_a_sequence_a_time_or_the_end_of_a_day() {
    let time = |text: &str| Moment::Time(text.parse().unwrap());
    for (text, moment) in [
        ("0", Moment::Sequence(0)),
        ("12", Moment::Sequence(12)),
        ("20260301", Moment::Sequence(20_260_301)),
        ("2026-03-01T12:00:00Z", time("2026-03-01T12:00:00Z")),
        ("2026-03-01T12:00:00.25+01:00", time("2026-03-01T11:00:00.25Z")),
        ("2026-03-01", time("2026-03-01T23:59:59.999999Z")),
        ("2028-02-29", time("2028-02-29T23:59:59.999999Z")),
    ] {
        assert_eq!(Moment::parse(text), Ok(moment), "{text}");
    }
    for text in [
        "",
        "now",
        "-1",
        "+1",
        "1.5",
        "2026-3-1",
        "2026-02-30",
        "2026-03-01T12:00",
        "2026-03-01T12:00:00",
        "2026-03-01 12:00:00Z",
        "2026-03-01T12:00:00Z ",
        "99999999999999999999",
    ] {
        assert_eq!(Moment::parse(text), Err(InvalidMoment), "{text}");
    }
    assert_eq!(parse_time("12"), Err(InvalidMoment));
}

#[test]
fn nothing_is_known_of_later() {
    assert_eq!(Moment::Time(at(5)).not_after(at(3)), Moment::Time(at(3)));
    assert_eq!(Moment::Time(at(2)).not_after(at(3)), Moment::Time(at(2)));
    assert_eq!(Moment::Sequence(9).not_after(at(3)), Moment::Sequence(9));
}
