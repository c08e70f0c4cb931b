//! Each member changes with its event, names that event, and leaves the others alone.

use super::*;
use crate::app::Status;

/// Every member of the state with what it is after a registration and `event`, and what it was before.
fn changed_by(event: &AppEvent) -> Vec<Change> {
    let history = Log::default().app(&registered()).app(event).by(Actor::App(id(3))).history();
    let [before, after] = [1, 2].map(|sequence| history.then(Moment::Sequence(sequence)).unwrap());
    let found = changes(&before, &after);
    for change in &found {
        let since = Since { position: 2, sequence: 2, recorded_at: at(20), actor: Actor::App(id(3)) };
        assert_eq!(change.since.as_ref(), Some(&since), "{change:?}");
    }
    for member in after.members.iter().filter(|known| !found.iter().any(|change| change.member == known.member)) {
        assert_eq!(member.since.position, 1, "{member:?}");
    }
    found
}

#[test]
fn each_event_changes_its_members_and_no_others() {
    let text = |text: &str| MemberValue::Text(Some(text.into()));
    let details = |name: &str, description: Option<&str>, homepage: Option<&str>| AppEvent::DetailsChanged {
        name: name.into(),
        description: description.map(str::to_owned),
        homepage_url: homepage.map(str::to_owned),
    };
    let only = BranchRestriction::Only(vec![id(60)]);
    let uris = vec![uri("https://b.example/cb")];
    for (event, member, after) in [
        (details("Orders", None, None), Member::Name, text("Orders")),
        (details("ERP", Some("Sends\norders"), None), Member::Description, text("Sends\norders")),
        (details("ERP", None, Some("https://e.example")), Member::HomepageUrl, text("https://e.example")),
        (
            AppEvent::RedirectUrisChanged { redirect_uris: uris.clone() },
            Member::RedirectUris,
            MemberValue::RedirectUris(uris),
        ),
        (
            AppEvent::ScopesChanged { allowed_scopes: scopes("routix:invoices:read") },
            Member::AllowedScopes,
            MemberValue::Scopes(scopes("routix:invoices:read")),
        ),
        (
            AppEvent::BranchRestrictionChanged { allowed_branches: only.clone() },
            Member::AllowedBranches,
            MemberValue::Branches(only),
        ),
        (
            AppEvent::TokenLifetimeChanged { token_lifetime: TokenLifetime::Unlimited },
            Member::TokenLifetime,
            MemberValue::Lifetime(TokenLifetime::Unlimited),
        ),
        (
            AppEvent::RefreshAuthenticationChanged { refresh_authentication: RefreshAuthentication::Always },
            Member::RefreshAuthentication,
            MemberValue::RefreshAuthentication(RefreshAuthentication::Always),
        ),
        (AppEvent::Revoked {}, Member::Status, MemberValue::Status(Status::Revoked)),
        (AppEvent::TokensCutOff { token_epoch: 1 }, Member::TokenEpoch, MemberValue::Count(1)),
        (AppEvent::TokenRevoked { token_id: id(77), expires_at: None }, Member::RevokedTokens, MemberValue::Count(1)),
    ] {
        let found = changed_by(&event);
        assert_eq!(found.iter().map(|change| change.member).collect::<Vec<_>>(), [member], "{event:?}");
        assert_eq!(found[0].after.as_ref(), Some(&after), "{event:?}");
    }
    assert_eq!(changed_by(&AppEvent::Reactivated {}), []);
}

#[test]
fn what_changes_back_names_who_changed_it_back() {
    let log = Log::default().app(&registered()).app(&AppEvent::Revoked {}).app(&AppEvent::Reactivated {});
    let then = log.history().then(Moment::Sequence(3)).unwrap();
    assert_eq!(since(&then, Member::Status), 3);
    assert_eq!(then.get(Member::Status).unwrap().value, MemberValue::Status(Status::Active));
}

#[test]
fn a_registration_makes_every_member_and_shows_no_digest() {
    let then = Log::default().app(&registered()).history().then(Moment::Position(1)).unwrap();
    assert_eq!((then.app_id, then.organization_id, then.client_id), (id(APP), id(ORGANIZATION), id(70)));
    assert_eq!(then.as_of, AsOf { time: at(10), position: 1, sequence: 1 });
    assert!(then.members.iter().all(|known| known.since.position == 1));
    assert_eq!(then.members.len(), 13);
    let shown = format!("{then:?}");
    assert!(!shown.contains(&fingerprint(1).sha256) && !shown.contains("fefe") && shown.contains("0001"), "{shown}");
    let public = Registration { client_type: ClientType::Public, secret: None, ..registration() };
    let log = Log::default().app(&AppEvent::Registered(Box::new(public)));
    let then = log.history().then(Moment::Position(1)).unwrap();
    assert_eq!(then.get(Member::ClientType).unwrap().value, MemberValue::ClientType(ClientType::Public));
    assert_eq!(then.get(Member::Secret(1)), None);
}

fn secret(then: &AppThen, generation: u32) -> (Option<i64>, bool) {
    let MemberValue::Secret(secret) = &then.get(Member::Secret(generation)).unwrap().value else { panic!() };
    (secret.ends_at.map(|end| (end - at(0)).num_seconds()), secret.valid)
}

#[test]
fn secrets_are_judged_at_the_time_asked_for() {
    let history = Log::default().app(&registered()).app(&rotated(2, 20, 15)).app(&rotated(3, 30, 100)).history();
    let then = |time| history.then(Moment::Time(at(time))).unwrap();
    assert_eq!(secret(&then(19), 1), (None, true));
    assert_eq!([1, 2].map(|generation| secret(&then(20), generation)), [(Some(35), true), (None, true)]);
    assert_eq!([1, 2].map(|generation| secret(&then(29), generation)), [(Some(35), true), (None, true)]);
    // The next rotation ends the overlap that was open.
    assert_eq!(
        [1, 2, 3].map(|generation| secret(&then(30), generation)),
        [(Some(30), false), (Some(130), true), (None, true)]
    );
    assert_eq!(secret(&then(129), 2), (Some(130), true));
    assert_eq!(secret(&then(130), 2), (Some(130), false));
    assert_eq!([1, 2, 3].map(|generation| since(&then(130), Member::Secret(generation))), [3, 3, 3]);
    assert_eq!(since(&then(29), Member::Secret(1)), 2);
    // By sequence, the time is that of the event.
    assert_eq!(secret(&history.then(Moment::Sequence(2)).unwrap(), 1), (Some(35), true));
}

#[test]
fn an_overlap_that_ends_by_itself_stays_the_matter_of_its_rotation() {
    let log = Log::default().app(&registered()).app(&rotated(2, 20, 5)).app(&rotated(3, 30, 5));
    let history = log.app(&AppEvent::SecretOverlapEnded { ended_at: at(32) }).history();
    let [early, late, last] = [22, 27, 100].map(|time| history.then(Moment::Time(at(time))).unwrap());
    let ended = changes(&early, &late);
    assert_eq!(ended.iter().map(|change| change.member).collect::<Vec<_>>(), [Member::Secret(1)]);
    assert_eq!(ended[0].since.as_ref().unwrap().position, 2);
    assert_eq!((secret(&last, 1), since(&last, Member::Secret(1))), ((Some(25), false), 2));
    assert_eq!((secret(&last, 2), since(&last, Member::Secret(2))), ((Some(32), false), 4));
}

#[test]
fn consents_in_force_say_who_to_what_and_since_when() {
    let log = Log::default()
        .app(&registered())
        .consent(BOB, &granted(BOB, "routix:orders:read"))
        .consent(ANN, &granted(ANN, "routix:orders:read"))
        .consent(BOB, &granted(BOB, "routix:orders:read routix:orders:write"))
        .consent(BOB, &ConsentEvent::Withdrawn { withdrawals: 1 })
        .consent(BOB, &granted(BOB, "routix:orders:write"));
    let history = log.history();
    let then = |position| history.then(Moment::Position(position)).unwrap();
    let consent = |position, user| {
        let then = then(position);
        let MemberValue::Consent(consent) = &then.get(consent_of(user))?.value else { panic!("{then:?}") };
        Some(((consent.granted_at - at(0)).num_seconds(), consent.scopes.to_string()))
    };
    assert_eq!(consent(1, BOB), None);
    assert_eq!(consent(2, BOB), Some((20, "routix:orders:read".into())));
    assert_eq!(consent(4, BOB), Some((20, "routix:orders:read routix:orders:write".into())));
    assert_eq!(since(&then(4), consent_of(BOB)), 4);
    assert_eq!(then(4).members.last().unwrap().member, consent_of(BOB), "the newest last");
    assert_eq!(consent(5, BOB), None);
    assert_eq!(consent(6, BOB), Some((60, "routix:orders:write".into())));
    assert_eq!(then(6).as_of, AsOf { time: at(60), position: 6, sequence: 1 });
    let ended = changes(&then(4), &then(5));
    assert_eq!((ended.len(), ended[0].after.as_ref()), (1, None));
    assert_eq!(ended[0].since.as_ref().unwrap().position, 5, "who withdrew it");
    let back = changes(&then(3), &then(1));
    assert!(back.iter().all(|change| change.after.is_none() && change.since.is_none()), "{back:?}");
    assert_eq!(back.len(), 2);
    assert_eq!(changes(&then(3), &then(3)), []);
}
