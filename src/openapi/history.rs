//! What ever happened to an app: its events, its state at a moment, and what is different at another.

use routix_domain::app::AppEvent;
use routix_domain::consent::ConsentEvent;

use super::apps::APP;
use super::header::Header;
use super::model::{Access, Answer, Method, Operation, Parameter, Section};
use super::refusal::{self, Dialect, Refusal};
use super::schema::{Member, Schema};

const BASE: &str = "/rest/v1/oauth_apps/{id}";
const READS: [&Refusal; 5] =
    [&refusal::QUERY, &refusal::NO_USER, &refusal::APP_TOKEN, &refusal::FORBIDDEN, &refusal::UNREADABLE];

pub(super) fn section() -> Section {
    Section {
        name: "history".to_owned(),
        description:
            "For auditors: every change to an app and to the consents to it, by whom and in which request. Nothing of \
                      it is ever changed or removed. For owners and admins of the organization of the app."
                .to_owned(),
        operations: vec![events(), state(), diff()],
    }
}

fn get(id: &str, end: &str, summary: &str) -> Operation {
    let app = Parameter::path("id", Schema::uuid().says("The `id` of the app."), APP);
    Operation::new(id, (Method::Get, &format!("{BASE}{end}")), summary).by(Access::User).takes([app])
}

fn events() -> Operation {
    let types = AppEvent::TYPES.iter().chain(ConsentEvent::TYPES).map(|(name, _)| *name);
    let parameters = [
        Parameter::query("after", Schema::count(i64::MAX.unsigned_abs()).says("Only events behind this position.")),
        Parameter::query("limit", Schema::integer(1, 1_000).or_else(100).says("How many at most.")),
        Parameter::query("type", Schema::one_of(types).says("Only events of this type.")),
        Parameter::query("actor", Schema::text().says("Only what this one did: the id of a user or an app.")),
        Parameter::query("from", Schema::time().says("Only what was recorded then or later.")),
        Parameter::query("to", Schema::time().says("Only what was recorded then or before.")),
        Parameter::header("If-None-Match", Schema::text().says("An `ETag`: `304` while nothing is new.")),
    ];
    let example = r#"[{"actor":{"id":"4ea1a598-1ea9-5eb2-9df1-f595f7be93d0","kind":"user","name":"Ann van den Berg"},"authenticated_by":"password","data":{"name":"My ERP Sync"},"id":"26af7ca6-8dc8-576b-9ac0-3a905dc1dd78","position":10,"recorded_at":"2026-11-22T16:50:12.200358Z","request_id":"01a2042a-a6e6-7b61-bdaa-3da612691f84","sequence":1,"type":"app.registered","version":"1"}]"#;
    let known = Answer::new(304, "Nothing is new since `If-None-Match`.").with(&[Header::ETag]);
    get("list_oauth_app_events", "/events", "List the events of an app")
        .says("Oldest first. The next page is behind the `position` of the last.")
        .takes(parameters)
        .answers(
            Answer::new(200, "The events.")
                .with(&[Header::ETag])
                .json(Schema::list(Schema::named("Event")), example)
                .of_type("application/vnd.pgrst.object+json", Schema::named("Event"), ""),
        )
        .answers(known)
        .refuses(Dialect::Table, &[&READS[..], &[&refusal::NO_APP, &refusal::NOT_ONE_ROW]].concat())
}

/// A time, or a date, which means its end in UTC.
fn moment() -> Schema {
    Schema::any_of(vec![Schema::time(), Schema::format("date")])
}

fn state() -> Operation {
    let example = r#"{"app_id":"ed3ccaba-2339-522a-abce-e6d3d4baa060","as_of":{"position":10,"recorded_until":"2026-11-22T16:50:12.200358Z","sequence":1},"client_id":"c8353003-e11f-4820-8142-953737f11b35","members":[{"id":null,"member":"status","since":{"actor":{"id":null,"kind":"system","name":"routix"},"position":10,"recorded_at":"2026-11-22T16:50:12.200358Z","sequence":1},"value":"active"}],"organization_id":"57574334-28f7-55c3-8630-a56ef105603b"}"#;
    get("show_oauth_app_state", "/state", "What an app could do at a moment")
        .says("Now, when no moment is named. Say `at` or `sequence`, not both.")
        .takes([
            Parameter::query("at", moment().says("A time, or a date, which means its end in UTC.")),
            Parameter::query("sequence", Schema::count(u64::MAX).says("After this event of the app.")),
        ])
        .answers(Answer::new(200, "The state.").json(Schema::named("AppState"), example))
        .refuses(Dialect::Table, &[&READS[..], &[&refusal::NOTHING_THEN]].concat())
}

fn diff() -> Operation {
    let example = r#"{"app_id":"ed3ccaba-2339-522a-abce-e6d3d4baa060","changes":[{"after":"revoked","before":"active","id":null,"member":"status","since":{"actor":{"id":"4ea1a598-1ea9-5eb2-9df1-f595f7be93d0","kind":"user","name":"Ann van den Berg"},"position":17,"recorded_at":"2026-11-23T08:12:00.000000Z","sequence":2}}],"client_id":"c8353003-e11f-4820-8142-953737f11b35","from":{"position":10,"recorded_until":"2026-11-22T16:50:12.200358Z","sequence":1},"organization_id":"57574334-28f7-55c3-8630-a56ef105603b","to":{"position":17,"recorded_until":"2026-11-23T08:12:00.000000Z","sequence":2}}"#;
    let either = || Schema::any_of(vec![Schema::pattern("^[0-9]{1,18}$"), Schema::time(), Schema::format("date")]);
    let parameter = |name, says: &str| Parameter::query(name, either().says(says)).required();
    get("show_oauth_app_diff", "/diff", "What is different at another moment")
        .takes([
            parameter("from", "A sequence, a time, or a date, which means its end in UTC.").like("1"),
            parameter("to", "Likewise.").like("2026-12-31"),
        ])
        .answers(Answer::new(200, "Every member that differs.").json(Schema::named("AppDiff"), example))
        .refuses(Dialect::Table, &[&READS[..], &[&refusal::NOTHING_THEN]].concat())
}

pub(super) fn schemas() -> Vec<(String, Schema)> {
    let whole = || Schema::integer(0, i64::MAX);
    let actor = Schema::object(vec![
        Member::required("kind", Schema::text().says("`user`, `app`, `command_line` or `system`.")),
        Member::required("id", Schema::text().nullable()),
        Member::required("name", Schema::text().nullable().says("Where you may read it.")),
    ]);
    let event = Schema::object(vec![
        Member::required("id", Schema::uuid()),
        Member::required("position", whole().says("The place in the whole log.")),
        Member::required("sequence", whole().says("The place among the events of the app or of the consent.")),
        Member::required("type", Schema::text()),
        Member::required("version", Schema::text()),
        Member::required("recorded_at", Schema::time()),
        Member::required("actor", Schema::named("Actor")),
        Member::required("authenticated_by", Schema::text()),
        Member::required("request_id", Schema::text().nullable()),
        Member::required("data", Schema::open(vec![]).says("As its schema at `/schemas` says.")),
    ]);
    let since = Schema::object(vec![
        Member::required("position", whole()),
        Member::required("sequence", whole()),
        Member::required("recorded_at", Schema::time()),
        Member::required("actor", Schema::named("Actor")),
    ]);
    let as_of = Schema::object(vec![
        Member::required("recorded_until", Schema::time()),
        Member::required("position", whole()),
        Member::required("sequence", whole()),
    ]);
    let heading = || {
        vec![
            Member::required("app_id", Schema::uuid()),
            Member::required("organization_id", Schema::uuid()),
            Member::required("client_id", Schema::uuid()),
        ]
    };
    let member = || {
        vec![
            Member::required("member", Schema::text().says("What of the app.")),
            Member::required("id", Schema::text().nullable().says("Which, where there are several.")),
        ]
    };
    let mut known = member();
    known.extend([Member::required("value", Schema::any()), Member::required("since", Schema::named("Since"))]);
    let mut changed = member();
    changed.extend([
        Member::required("before", Schema::any()),
        Member::required("after", Schema::any()),
        Member::required("since", Schema::named("Since").nullable()),
    ]);
    let mut state = heading();
    state.push(Member::required("as_of", Schema::named("AsOf")));
    state.push(Member::required("members", Schema::list(Schema::object(known))));
    let mut diff = heading();
    diff.extend(["from", "to"].map(|name| Member::required(name, Schema::named("AsOf"))));
    diff.push(Member::required("changes", Schema::list(Schema::object(changed))));
    vec![
        ("Event".to_owned(), event.says("What happened, who did it, and in which request.")),
        ("AppState".to_owned(), Schema::object(state)),
        ("AppDiff".to_owned(), Schema::object(diff)),
        ("AsOf".to_owned(), as_of.says("A moment of the log.")),
        ("Since".to_owned(), since.says("The event that made it so.")),
        ("Actor".to_owned(), actor.says("Who did it.")),
    ]
}
