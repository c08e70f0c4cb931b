//! The events of the authorization code flow: consents, codes and refresh families.

use uuid::{Uuid, uuid};

use super::{CLIENT, ORGANIZATION, USER, check, recorded, time};
use crate::authorization::{Authorization, AuthorizationEvent, EndReason, Grant};
use crate::consent::{Consent, ConsentEvent};
use crate::log::Fact;
use crate::testing::scopes;
use crate::value::{CodeChallenge, RedirectUri};

const CONSENT: Uuid = uuid!("5c0e9a47-21b6-5f3d-8e70-9d4b6a1c2f38");
const APP: Uuid = uuid!("a37d1e60-4b2c-4f95-b8a1-0c6e5d9f7321");

fn issued(resource: Option<&str>) -> AuthorizationEvent {
    AuthorizationEvent::CodeIssued(Box::new(Grant {
        consent_id: CONSENT,
        withdrawals: 1,
        user_id: USER,
        app_id: APP,
        organization_id: ORGANIZATION,
        scopes: scopes("routix:accounts:read routix:orders:read"),
        redirect_uri: RedirectUri::parse("http://127.0.0.1:51204/callback", false).unwrap(),
        code_challenge: CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap(),
        resource: resource.map(String::from),
        token_epoch: 2,
        issued_at: time("2026-06-01T08:00:00Z"),
    }))
}

pub(super) fn authorization_events() -> Vec<(&'static str, AuthorizationEvent)> {
    use AuthorizationEvent as Event;

    let redeemed =
        |secret_generation| Event::CodeRedeemed { redeemed_at: time("2026-06-01T08:00:03.120Z"), secret_generation };
    let refreshed = Event::Refreshed { generation: 2, refreshed_at: time("2026-06-01T09:00:00.5Z") };
    vec![
        ("authorization.denied.1", Event::Denied { user_id: USER, app_id: APP }),
        ("authorization.code_issued.1", issued(Some("https://api.routix.example/functions/v1/api"))),
        ("authorization.code_issued.1.minimal", issued(None)),
        ("authorization.code_refused.1", Event::CodeRefused { refusals: 1 }),
        ("authorization.code_redeemed.1", redeemed(Some(3))),
        ("authorization.code_redeemed.1.minimal", redeemed(None)),
        ("authorization.refreshed.1", refreshed),
        ("authorization.ended.1", Event::Ended { reason: EndReason::RefreshTokenReused }),
    ]
}

pub(super) fn consent_events() -> Vec<(&'static str, ConsentEvent)> {
    let granted = ConsentEvent::Granted {
        user_id: USER,
        app_id: APP,
        organization_id: ORGANIZATION,
        scopes: scopes("routix:accounts:read routix:orders:read"),
    };
    vec![("consent.granted.1", granted), ("consent.withdrawn.1", ConsentEvent::Withdrawn { withdrawals: 1 })]
}

#[test]
fn every_authorization_event_reads_back_and_is_written_the_same() {
    for (stem, event) in authorization_events() {
        check::<Authorization>(stem, &event);
        let fact = recorded(stem, "authorization", &CLIENT.to_string()).fact().unwrap();
        assert_eq!(fact, Fact::Authorization { authorization_id: CLIENT, event });
    }
}

#[test]
fn every_consent_event_reads_back_and_is_written_the_same() {
    for (stem, event) in consent_events() {
        check::<Consent>(stem, &event);
        let fact = recorded(stem, "consent", &CONSENT.to_string()).fact().unwrap();
        assert_eq!(fact, Fact::Consent { consent_id: CONSENT, event });
    }
}

#[test]
fn every_reason_to_end_keeps_its_name() {
    let reasons =
        [EndReason::CodeReplayed, EndReason::RefreshTokenReused, EndReason::Revoked, EndReason::TooManyRefusals];
    let names = ["code_replayed", "refresh_token_reused", "revoked", "too_many_refusals"];
    assert_eq!(serde_json::to_value(reasons).unwrap(), serde_json::json!(names));
}
