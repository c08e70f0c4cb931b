//! What holds after any history of commands.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::app::StatusChange;

fn redirect_uris() -> impl Strategy<Value = Vec<RedirectUri>> {
    vec(prop_oneof![Just("https://a.example/cb"), Just("https://b.example/cb"), Just("com.example.app:/cb")], 0..3)
        .prop_map(|texts| texts.into_iter().map(uri).collect())
}

fn scope_sets() -> impl Strategy<Value = ScopeSet> {
    prop_oneof![
        Just(ScopeSet::default()),
        Just(scopes("routix:orders:read")),
        Just(scopes("routix:orders:read routix:orders:write")),
        Just(scopes("routix:orders:write routix:orders:read")),
    ]
}

fn branches() -> impl Strategy<Value = BranchRestriction> {
    prop_oneof![Just(BranchRestriction::All), vec((0..3_u128).prop_map(id), 0..3).prop_map(BranchRestriction::Only)]
}

fn status_changes() -> impl Strategy<Value = StatusChange> {
    prop_oneof![Just(StatusChange::Revoke), Just(StatusChange::RevokeAndCutOff), Just(StatusChange::Reactivate)]
}

fn texts() -> impl Strategy<Value = Option<String>> {
    option::of("[ab]".prop_map(String::from))
}

fn changes() -> impl Strategy<Value = AppChange> {
    let lifetimes = prop_oneof![Just(TokenLifetime::default()), Just(TokenLifetime::Unlimited)];
    let refresh = prop_oneof![Just(RefreshAuthentication::WhenRotated), Just(RefreshAuthentication::Always)];
    (
        (texts(), option::of(texts()), option::of(texts())),
        option::of(redirect_uris()),
        option::of(scope_sets()),
        option::of(branches()),
        option::of(lifetimes),
        option::of(refresh),
        option::of(status_changes()),
    )
        .prop_map(|(details, redirect_uris, allowed_scopes, allowed_branches, lifetime, refresh, status)| {
            AppChange {
                name: details.0,
                description: details.1,
                homepage_url: details.2,
                redirect_uris,
                allowed_scopes,
                allowed_branches,
                token_lifetime: lifetime,
                refresh_authentication: refresh,
                status,
            }
        })
}

/// Times come in any order, as they do from several nodes.
fn commands() -> impl Strategy<Value = AppCommand> {
    prop_oneof![
        1 => any::<bool>().prop_map(|public| register(if public { public_registration() } else { registration() })),
        4 => changes().prop_map(change),
        6 => (2..99_u32, 0..500_u32, 0..1_000_i64).prop_map(|(secret, overlap, time)| rotate(secret, overlap, time)),
        2 => (0..1_000_i64).prop_map(|time| AppCommand::EndOverlap { at: at(time) }),
    ]
}

proptest! {
    #[test]
    fn at_most_two_secrets_are_accepted_at_any_time(history in vec(commands(), 0..30)) {
        let mut app = given::<App>([registered()]);
        for command in history {
            app.happens(command).ok();
            let App::Registered(state) = app.state() else { panic!("a registered app stays registered") };
            for time in (-100..1_600).step_by(50) {
                let accepted: Vec<_> = state.secrets.accepted_at(at(time)).map(|secret| secret.generation).collect();
                prop_assert!(matches!(accepted.len(), 1 | 2), "{accepted:?} at {time}");
                prop_assert_eq!(accepted.first(), state.secrets.current().map(|current| &current.generation));
            }
        }
    }

    #[test]
    fn repeating_a_change_that_happened_is_no_event(history in vec(commands(), 0..10), repeated in changes()) {
        let mut app = given::<App>([registered()]);
        for command in history {
            app.happens(command).ok();
        }
        let before = serde_json::to_value(app.state()).unwrap();
        match app.happens(change(repeated.clone())) {
            Ok(_) => {
                let again = app.when(change(repeated.clone())).unwrap();
                // A cut-off is an order, not a state: given twice, it ends what was issued in between.
                let cut_off = repeated.status == Some(StatusChange::RevokeAndCutOff);
                let only_cut_off = matches!(again.as_slice(), [AppEvent::TokensCutOff { .. }]);
                prop_assert!(if cut_off { only_cut_off } else { again.is_empty() }, "{again:?}");
            }
            Err(_) => prop_assert_eq!(serde_json::to_value(app.state()).unwrap(), before),
        }
    }

    #[test]
    fn the_events_of_a_history_add_up_to_its_state(history in vec(commands(), 0..30)) {
        let mut app = given::<App>(new_app());
        let mut log = Vec::new();
        for command in history {
            log.extend(app.happens(command).unwrap_or_default());
        }
        let stored: Vec<AppEvent> = serde_json::from_str(&serde_json::to_string(&log).unwrap()).unwrap();
        let replayed = serde_json::to_value(given::<App>(stored).state()).unwrap();
        prop_assert_eq!(replayed, serde_json::to_value(app.state()).unwrap());
    }
}
