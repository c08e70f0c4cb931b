//! Every event in words.

use std::collections::BTreeSet;

use super::*;

fn names() -> Names {
    let mut names = Names::default();
    for (id_of, name) in [(ANN, "Ann"), (BOB, "Bob"), (ORGANIZATION, "Acme"), (60, "Venlo"), (61, "Breda")] {
        names.insert(id(id_of), name.to_owned());
    }
    names
}

/// The words for the last event.
fn said(log: Log) -> String {
    let history = log.history();
    let (_, sentence) = history.told().pop().unwrap();
    for phrase in &sentence.0 {
        let wanted: Vec<_> =
            phrase.key.english().split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        assert!(wanted.iter().all(|name| phrase.get(name).is_some()), "{phrase:?} names all that its words need");
    }
    sentence.english(&names())
}

fn after(event: &AppEvent) -> String {
    said(Log::default().app(&registered()).app(event))
}

fn rotation(time: i64, overlap: i64) -> Log {
    Log::default().app(&registered()).app(&rotated(2, time, overlap))
}

#[test]
fn a_registration_says_what_was_registered() {
    let expected = "registered the app “ERP” with the secret …0001 and the scopes routix:orders:read";
    assert_eq!(said(Log::default().app(&registered())), expected);
    let public = Registration { client_type: ClientType::Public, secret: None, ..registration() };
    let said = said(Log::default().app(&AppEvent::Registered(Box::new(public))));
    assert_eq!(said, "registered the public app “ERP” with the scopes routix:orders:read");
}

#[test]
fn details_say_only_what_is_different() {
    let details = |name: &str, description: Option<&str>, homepage: Option<&str>| AppEvent::DetailsChanged {
        name: name.into(),
        description: description.map(str::to_owned),
        homepage_url: homepage.map(str::to_owned),
    };
    assert_eq!(after(&details("Orders", None, None)), "renamed the app from “ERP” to “Orders”");
    let both = details("{name}", Some("x"), Some("https://e.example"));
    let expected =
        "renamed the app from “ERP” to “{name}”; changed the description; set the homepage to https://e.example";
    assert_eq!(after(&both), expected, "a value is no template");
    assert_eq!(after(&details("ERP", None, None)), "confirmed name, description and homepage");
    let log = Log::default().app(&registered()).app(&both).app(&details("{name}", None, None));
    assert_eq!(said(log), "removed the description; removed the homepage, which was https://e.example");
}

#[test]
fn lists_say_what_came_and_what_went_and_carry_both() {
    let scopes_to = |parameter: &str| AppEvent::ScopesChanged { allowed_scopes: scopes(parameter) };
    let swapped = "changed the scopes: added routix:invoices:read; removed routix:orders:read";
    assert_eq!(after(&scopes_to("routix:invoices:read")), swapped);
    let added = "changed the scopes: added routix:orders:write";
    assert_eq!(after(&scopes_to("routix:orders:read routix:orders:write")), added);
    assert_eq!(after(&scopes_to("routix:orders:read")), "confirmed the scopes routix:orders:read");
    let history = Log::default().app(&registered()).app(&scopes_to("routix:invoices:read")).history();
    let sentence = history.told().pop().unwrap().1;
    let values = ["before", "after"].map(|name| sentence.0[0].get(name).cloned());
    let texts = |text: &str| Some(Term::Texts(vec![text.to_owned()]));
    assert_eq!(values, [texts("routix:orders:read"), texts("routix:invoices:read")]);

    let uris =
        |texts: &[&str]| AppEvent::RedirectUrisChanged { redirect_uris: texts.iter().map(|it| uri(it)).collect() };
    let (a, b) = ("https://a.example/cb", "https://b.example/cb");
    assert_eq!(after(&uris(&[a, b])), format!("changed the redirect URIs: added {b}"));
    assert_eq!(after(&uris(&[b])), format!("changed the redirect URIs: added {b}; removed {a}"));
    let log = || Log::default().app(&registered()).app(&uris(&[a, b]));
    assert_eq!(said(log().app(&uris(&[b, a]))), format!("put the redirect URIs in another order: {b}, {a}"));
    assert_eq!(said(log().app(&uris(&[b]))), format!("changed the redirect URIs: removed {a}"));
    let log = Log::default().app(&registered()).app(&scopes_to("routix:orders:read routix:orders:write"));
    assert_eq!(said(log.app(&scopes_to("routix:orders:write"))), "changed the scopes: removed routix:orders:read");
}

#[test]
fn branches_are_named() {
    let to = |allowed_branches| AppEvent::BranchRestrictionChanged { allowed_branches };
    let only = |ids: &[u128]| to(BranchRestriction::Only(ids.iter().map(|it| id(*it)).collect()));
    assert_eq!(after(&only(&[60, 61])), "limited the app to Venlo, Breda; before, it reached every branch");
    let log = || Log::default().app(&registered()).app(&only(&[60]));
    let freed = "let the app reach every branch, future ones too; before, only Venlo";
    assert_eq!(said(log().app(&to(BranchRestriction::All))), freed);
    assert_eq!(said(log().app(&only(&[]))), "changed the branches of the app from Venlo to nothing");
}

#[test]
fn rotations_say_which_secret_works_until_when() {
    assert_eq!(said(rotation(20, 0)), "rotated the secret: …0002 replaces …0001, which stopped working");
    let until = at(120).format("%Y-%m-%d %H:%M:%S");
    let expected = format!("rotated the secret: …0002 replaces …0001, which works until {until} UTC");
    assert_eq!(said(rotation(20, 100)), expected);
    let third = said(rotation(20, 100).app(&rotated(3, 30, 0)));
    let expected =
        "rotated the secret: …0003 replaces …0002, which stopped working; ended the overlap: …0001 stopped working";
    assert_eq!(third, expected);
    let ended = |time| AppEvent::SecretOverlapEnded { ended_at: at(time) };
    assert_eq!(said(rotation(20, 100).app(&ended(30))), "ended the overlap: …0001 stopped working");
    assert_eq!(said(rotation(20, 5).app(&ended(30))), "ended an overlap that was over");
}

#[test]
fn the_other_events_of_an_app_have_their_words() {
    let lifetime = AppEvent::TokenLifetimeChanged { token_lifetime: TokenLifetime::Unlimited };
    let refresh = |refresh_authentication| AppEvent::RefreshAuthenticationChanged { refresh_authentication };
    for (event, words) in [
        (lifetime, "changed the lifetime of tokens from 1h to unlimited"),
        (refresh(RefreshAuthentication::Always), "asked for the secret at every refresh"),
        (refresh(RefreshAuthentication::WhenRotated), "asked for the secret at a refresh only once it was rotated"),
        (AppEvent::Revoked {}, "revoked the app: no new tokens"),
        (AppEvent::TokensCutOff { token_epoch: 2 }, "cut off every token that was out (cut-off 2)"),
        (AppEvent::Reactivated {}, "reactivated the app"),
        (
            AppEvent::TokenRevoked { token_id: id(77), expires_at: None },
            "gave back the token 00000000-0000-0000-0000-00000000004d",
        ),
    ] {
        assert_eq!(after(&event), words);
    }
}

#[test]
fn consents_say_whose_they_are_when_another_acts() {
    let log = || Log::default().app(&registered()).consent(ANN, &granted(ANN, "routix:orders:read"));
    assert_eq!(said(log()), "consented to routix:orders:read in Acme");
    let bob = Actor::User(id(BOB));
    assert_eq!(said(log().by(bob.clone())), "recorded that Ann consents to routix:orders:read in Acme");
    let more = || log().consent(ANN, &granted(ANN, "routix:orders:read routix:orders:write"));
    assert_eq!(said(more()), "consented to more in Acme: routix:orders:write");
    assert_eq!(said(more().by(bob.clone())), "recorded that Ann consents to more in Acme: routix:orders:write");
    let gone = || log().consent(ANN, &ConsentEvent::Withdrawn { withdrawals: 1 });
    assert_eq!(said(gone()), "withdrew the consent to routix:orders:read");
    assert_eq!(said(gone().by(bob)), "withdrew the consent of Ann to routix:orders:read");
}

#[test]
fn keys_have_names_of_their_own() {
    let names: BTreeSet<_> = Key::ALL.iter().map(|key| key.name()).collect();
    assert_eq!(names.len(), Key::ALL.len());
    assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
}

#[test]
fn values_of_a_state_are_put_in_plain_words() {
    for (branches, words) in [
        (BranchRestriction::All, "every branch, future ones too"),
        (BranchRestriction::Only(vec![id(BOB)]), "Bob"),
        (BranchRestriction::Only(vec![]), "no branch"),
    ] {
        assert_eq!(MemberValue::Branches(branches).english(&names()), words);
    }
    let log = rotation(20, 100).consent(BOB, &granted(BOB, "routix:orders:read"));
    let then = log.history().then(Moment::Position(3)).unwrap();
    let words: Vec<_> =
        then.members.iter().map(|known| format!("{}: {}", known.member, known.value.english(&names()))).collect();
    let date = at(0).format("%Y-%m-%d");
    assert_eq!(
        words,
        [
            "name: ERP".to_owned(),
            "description: not set".into(),
            "homepage_url: not set".into(),
            "client_type: confidential".into(),
            "redirect_uris: https://a.example/cb".into(),
            "allowed_scopes: routix:orders:read".into(),
            "allowed_branches: every branch, future ones too".into(),
            "status: active".into(),
            "token_lifetime: 1h".into(),
            "refresh_authentication: when the secret was rotated".into(),
            format!("secret 1: …0001 valid until {date} 00:02:00 UTC"),
            "secret 2: …0002 valid".into(),
            "token_epoch: 0".into(),
            "revoked_tokens: 0".into(),
            format!("{}: Bob in Acme, since {date} 00:00:30 UTC: routix:orders:read", consent_of(BOB)),
        ]
    );
}
