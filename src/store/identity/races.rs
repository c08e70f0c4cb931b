//! What must come out whatever happens at the same time, on both databases.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use futures_util::future::join_all;
use uuid::Uuid;

use super::testing::{Place, USER, at, on_both_databases};
use super::{NewUser, RequestContext, Rotation, SecurityKind, SecurityRow, Session, Usage};

/// So many at once.
const MANY: u128 = 16;
/// So often, where it is chance who comes first.
const ROUNDS: u128 = 25;
const IDLE: TimeDelta = TimeDelta::minutes(30);

on_both_databases! {
    one_of_many_gets_an_address,
    one_of_many_takes_a_refresh_token,
    of_many_retries_each_gets_the_same_generation,
    one_of_many_ends_a_session,
    no_session_begins_with_a_password_that_is_being_replaced,
    no_session_begins_for_who_is_being_locked_out,
    one_browser_s_sign_ins_and_whatever_ends_sessions_do_not_wait_for_each_other,
    a_browser_was_seen_when_it_was_seen_last,
    uses_of_many_nodes_add_up,
    failures_of_many_nodes_add_up_while_old_ones_are_removed,
    nothing_is_said_of_who_is_being_removed,
    contexts_are_removed_once,
    each_of_many_contexts_is_kept,
    nobody_is_let_in_who_was_locked_out_before_it_was_asked,
}

/// Runs the work of each number at once.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(work: impl Fn(u128) -> F) -> Vec<T> {
    let tasks: Vec<_> = (0..MANY).map(|number| tokio::spawn(work(number))).collect();
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

fn count<T: PartialEq>(all: &[T], wanted: &T) -> usize {
    all.iter().filter(|one| *one == wanted).count()
}

fn session(id: u128, user_id: Uuid) -> Session {
    let id = Uuid::from_u128(id);
    Session { id, user_id, generation: 1, rotated_at: at(0), expires_at: at(3_600), ended_at: None }
}

impl Place {
    async fn begin(&self, id: u128) -> bool {
        let (session, context) = (session(id, USER), RequestContext::default());
        self.db.begin_session(session, "hash".to_owned(), context).await.unwrap()
    }
}

fn failed(user_id: Option<Uuid>, minute: i64) -> SecurityRow {
    SecurityRow {
        kind: SecurityKind::SignInFailed,
        detail: String::new(),
        client_id: None,
        user_id,
        address: None,
        request_id: None,
        first_at: at(minute * 60),
        last_at: at(minute * 60),
        count: 1,
    }
}

/// Half of all go through it the other way round.
fn in_two_orders<T>(number: u128, mut all: Vec<T>) -> Vec<T> {
    if number.is_multiple_of(2) {
        all.reverse();
    }
    all
}

async fn one_of_many_gets_an_address(place: Place) {
    let made = at_once(|number| {
        let db = place.db.clone();
        let (email, name) = ("Ann@Example.com".to_owned(), number.to_string());
        let user = NewUser { id: Uuid::from_u128(number), email, name, password_hash: "hash".to_owned() };
        async move { db.create_user(user, at(0)).await.unwrap() }
    });
    assert_eq!(count(&made.await, &Ok(())), 1);
    assert_eq!(place.db.users().await.unwrap().len(), 1);
}

async fn one_of_many_takes_a_refresh_token(place: Place) {
    place.add_ann().await;
    assert!(place.begin(7).await);
    let rotated = at_once(|_| {
        let db = place.db.clone();
        // Nothing counts as a retry.
        let retry = TimeDelta::microseconds(-1);
        async move { db.rotate_session(Uuid::from_u128(7), 1, retry, at(1)).await.unwrap() }
    })
    .await;
    let next = Session { generation: 2, rotated_at: at(1), ..session(7, USER) };
    assert_eq!(count(&rotated, &Rotation::Current(next.clone())), 1);
    assert_eq!(count(&rotated, &Rotation::Reused(next)), 1);
    assert_eq!(count(&rotated, &Rotation::Closed), rotated.len() - 2);
}

async fn of_many_retries_each_gets_the_same_generation(place: Place) {
    place.add_ann().await;
    assert!(place.begin(7).await);
    let rotated = at_once(|_| {
        let db = place.db.clone();
        async move { db.rotate_session(Uuid::from_u128(7), 1, TimeDelta::seconds(30), at(1)).await.unwrap() }
    })
    .await;
    let next = Session { generation: 2, rotated_at: at(1), ..session(7, USER) };
    assert_eq!(count(&rotated, &Rotation::Current(next)), rotated.len());
}

async fn one_of_many_ends_a_session(place: Place) {
    place.add_ann().await;
    assert!(place.begin(7).await);
    let ended = at_once(|_| {
        let db = place.db.clone();
        async move { db.end_own_session(USER, Uuid::from_u128(7), at(1)).await.unwrap() }
    });
    assert_eq!(count(&ended.await, &true), 1);
}

async fn no_session_begins_with_a_password_that_is_being_replaced(place: Place) {
    place.add_ann().await;
    for round in 0..ROUNDS {
        let started = at_once(|number| {
            let db = place.db.clone();
            let (session, context) = (session(round * MANY + number, USER), RequestContext::default());
            async move {
                if number == MANY / 2 {
                    db.set_password(USER, "newer".to_owned(), at(1)).await.unwrap();
                    return true;
                }
                db.begin_session(session, "hash".to_owned(), context).await.unwrap()
            }
        });
        assert_ne!(count(&started.await, &true), 0);
        assert_eq!(place.db.open_sessions(USER, IDLE, at(0)).await.unwrap(), []);
        place.db.set_password(USER, "hash".to_owned(), at(2)).await.unwrap();
    }
}

async fn no_session_begins_for_who_is_being_locked_out(place: Place) {
    for round in 1..=ROUNDS {
        let user_id = Uuid::from_u128(round);
        let (email, name) = (format!("{round}@example.com"), round.to_string());
        let user = NewUser { id: user_id, email, name, password_hash: "hash".to_owned() };
        place.db.create_user(user, at(0)).await.unwrap().unwrap();
        let started = at_once(|number| {
            let db = place.db.clone();
            let (session, context) = (session(round * MANY + number, user_id), RequestContext::default());
            async move {
                if number == MANY / 2 {
                    return db.disable_user(user_id, at(1)).await.unwrap();
                }
                db.begin_session(session, "hash".to_owned(), context).await.unwrap()
            }
        });
        assert_ne!(count(&started.await, &true), 0);
        assert_eq!(place.db.open_sessions(user_id, IDLE, at(0)).await.unwrap(), []);
    }
}

async fn one_browser_s_sign_ins_and_whatever_ends_sessions_do_not_wait_for_each_other(place: Place) {
    let hash = || "hash".to_owned();
    for round in 1..=ROUNDS {
        place.add_ann().await;
        let first = round * 1_000;
        let (context, tokens) = (RequestContext::default(), (first.to_string(), None));
        assert!(place.db.begin_browser_session(session(first, USER), hash(), context, tokens).await.unwrap());
        let removed = at_once(|number| {
            let db = place.db.clone();
            let (id, context) = (first + number, RequestContext::default());
            let tokens = (id.to_string(), Some(first.to_string()));
            async move {
                match number {
                    14 => return db.remove_user(USER).await.unwrap(),
                    0 | 4 | 8 => db.end_other_sessions(USER, Uuid::from_u128(id - 1), at(1)).await.unwrap(),
                    1 | 5 | 9 => db.set_password(USER, hash(), at(1)).await.unwrap(),
                    _ => drop(db.begin_browser_session(session(id, USER), hash(), context, tokens).await.unwrap()),
                }
                false
            }
        });
        assert_eq!(count(&removed.await, &true), 1);
        for id in first..first + MANY {
            assert_eq!(place.db.session(Uuid::from_u128(id)).await.unwrap(), None);
        }
    }
}

async fn a_browser_was_seen_when_it_was_seen_last(place: Place) {
    place.add_ann().await;
    let context = RequestContext::default();
    let began = place.db.begin_browser_session(session(7, USER), "hash".to_owned(), context, ("one".to_owned(), None));
    assert!(began.await.unwrap());
    at_once(|number| {
        let db = place.db.clone();
        let minutes = i64::try_from(number).unwrap() + 1;
        async move { db.browser_session("one", IDLE, at(minutes * 60)).await.unwrap().unwrap() }
    })
    .await;
    let open = place.db.open_sessions(USER, IDLE, at(0)).await.unwrap();
    assert_eq!(open[0].seen_at, at(16 * 60));
}

async fn uses_of_many_nodes_add_up(place: Place) {
    let used = |app: u128, uses, second| Usage {
        app_id: Uuid::from_u128(app),
        secret_generation: 1,
        uses,
        last_used_at: at(second),
    };
    at_once(|number| {
        let db = place.db.clone();
        let second = i64::try_from(number).unwrap();
        let counts = in_two_orders(number, (0..50).map(|app| used(app, 1, second)).collect());
        async move { db.add_usage(counts).await.unwrap() }
    })
    .await;
    for app in 0..50 {
        assert_eq!(place.db.usage(Uuid::from_u128(app)).await.unwrap(), [used(app, 16, 15)]);
    }
}

async fn failures_of_many_nodes_add_up_while_old_ones_are_removed(place: Place) {
    at_once(|number| {
        let db = place.db.clone();
        let rows = in_two_orders(number, (0..50).map(|minute| failed(None, minute)).collect());
        async move {
            db.add_security_rows(rows).await.unwrap();
            db.prune_security_rows(at(20 * 60), 1_000).await.unwrap();
        }
    })
    .await;
    let rows = place.db.security_rows(at(0), None, 1_000).await.unwrap();
    let counts: BTreeMap<i64, u64> = rows.iter().map(|row| (row.first_at.timestamp() / 60, row.count)).collect();
    assert_eq!(counts, (20..50).map(|minute| (minute, 16)).collect());
}

async fn nothing_is_said_of_who_is_being_removed(place: Place) {
    for _ in 0..ROUNDS {
        place.add_ann().await;
        let removed = at_once(|number| {
            let db = place.db.clone();
            async move {
                if number == MANY / 2 {
                    return db.remove_user(USER).await.unwrap();
                }
                let rows = (0..5).map(|minute| failed(Some(USER), minute)).collect();
                db.add_security_rows(in_two_orders(number, rows)).await.unwrap();
                let (session, context) = (session(number, USER), RequestContext::default());
                db.begin_session(session, "hash".to_owned(), context).await.unwrap();
                false
            }
        });
        assert_eq!(count(&removed.await, &true), 1);
        assert_eq!(place.db.security_rows(at(0), None, 1_000).await.unwrap(), []);
        for number in 0..MANY {
            assert_eq!(place.db.session(Uuid::from_u128(number)).await.unwrap(), None);
        }
    }
}

async fn contexts_are_removed_once(place: Place) {
    let mut commitments = Vec::new();
    for number in 0..200_u8 {
        let context = RequestContext { address: Some("192.0.2.7".to_owned()), user_agent: None };
        let new = place.db.new_context(context, [number; 16], at(0));
        new.store().await.unwrap();
        commitments.push(new.commitment().to_owned());
    }
    let removed = at_once(|number| {
        let db = place.db.clone();
        let commitments = in_two_orders(number, commitments.clone());
        async move { db.remove_contexts(commitments).await.unwrap() }
    });
    assert_eq!(removed.await.iter().sum::<usize>(), 200);
}

async fn each_of_many_contexts_is_kept(place: Place) {
    for round in 0..ROUNDS {
        let kept = at_once(|number| {
            let db = place.db.clone();
            let context = RequestContext { address: Some(format!("192.0.2.{number}")), user_agent: None };
            async move {
                let new = db.new_context(context.clone(), (round * MANY + number).to_be_bytes(), at(0));
                new.store().await.unwrap();
                assert_eq!(db.context(new.commitment()).await.unwrap(), Some(context));
            }
        });
        kept.await;
    }
}

/// Others ask all the while, of him and of somebody who is not there.
async fn nobody_is_let_in_who_was_locked_out_before_it_was_asked(place: Place) {
    place.add_ann().await;
    for _round in 0..ROUNDS {
        let asked = at_once(|number| {
            let db = place.db.clone();
            async move {
                if number == 0 {
                    assert!(db.disable_user(USER, at(0)).await.unwrap());
                    assert!(!db.is_enabled(USER).await.unwrap(), "he was locked out before");
                    assert!(db.enable_user(USER).await.unwrap());
                    assert!(db.is_enabled(USER).await.unwrap(), "he was let in again before");
                }
                for _ in 0..10 {
                    db.is_enabled(USER).await.unwrap();
                    assert!(!db.is_enabled(Uuid::from_u128(100 + number)).await.unwrap(), "there is no such user");
                }
            }
        });
        asked.await;
    }
}
