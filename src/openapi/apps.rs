//! Managing apps: register, rotate, and the tables of `/rest/v1`.

use super::fields::line;
use super::header::Header;
use super::model::{Access, Answer, Method, Operation, Parameter, Section};
use super::people::role;
use super::refusal::{self, Dialect, Refusal};
use super::schema::{Kind, Member, Schema};
use super::tables::{self, table};

const JSON: &[&str] = &["application/json"];
pub(super) const APP: &str = "ed3ccaba-2339-522a-abce-e6d3d4baa060";

/// What a function for managers refuses.
const MANAGERS: [&Refusal; 10] = [
    &refusal::FIELDS,
    &refusal::NO_USER,
    &refusal::APP_TOKEN,
    &refusal::FORBIDDEN,
    &refusal::OTHERS_CHANGED,
    &refusal::PAYLOAD_TOO_LARGE,
    &refusal::UNSUPPORTED_MEDIA_TYPE,
    &refusal::UNREADABLE,
    &refusal::NOT_IN_EFFECT,
    &refusal::UNAVAILABLE,
];

pub(super) fn section() -> Section {
    Section {
        name: "apps".to_owned(),
        description: format!(
            "Owners and admins register apps, rotate their secrets, change, revoke and reactivate them, and withdraw \
             consents. {}",
            tables::MANNER
        ),
        operations: vec![
            register(),
            rotate(),
            list_apps(),
            change_app(),
            list_consents(),
            withdraw_consent(),
            list_organizations(),
            list_branches(),
        ],
    }
}

fn register() -> Operation {
    let app = r#"{"allowed_branch_ids":[],"allowed_scopes":["routix:accounts:read"],"client_id":"c8353003-e11f-4820-8142-953737f11b35","client_secret":"routix_8071b9224e40cf0afc283c46cc8dbe5cc8acc064","client_secret_last4":"c064","client_type":"confidential","created_at":"2026-11-22T16:50:12.199705Z","description":null,"homepage_url":null,"id":"ed3ccaba-2339-522a-abce-e6d3d4baa060","name":"My ERP Sync","organization_id":"57574334-28f7-55c3-8630-a56ef105603b","redirect_uris":["https://myerp.com/callback"],"refresh_authentication":"when_rotated","status":"active","token_lifetime":"1h"}"#;
    let example = format!(
        r#"{{"app":{app},"success":true,"warning":"Store the client_secret securely. It will not be shown again."}}"#
    );
    let key = Schema::pattern("^([!#-\\[\\]-~]{1,255}|\"[!#-\\[\\]-~]{1,255}\")$").says(
        "Makes a repetition harmless: the same key with the same body gives the same app again, without its secret.",
    );
    Operation::new("register_oauth_app", (Method::Post, "/functions/v1/register-oauth-app"), "Register an app")
        .says("The answer is the only one that ever shows `client_secret`. A public client has none.")
        .by(Access::User)
        .takes([Parameter::header("Idempotency-Key", key)])
        .body(
            JSON,
            Schema::named("NewApp"),
            &[(
                "app",
                r#"{"name":"My ERP Sync","redirect_uris":["https://myerp.com/callback"],"allowed_scopes":["routix:accounts:read"]}"#,
            )],
        )
        .answers(
            Answer::new(201, "The app, and its secret.")
                .with(&[Header::CacheControl, Header::IdempotencyReplayed])
                .json(Schema::named("RegisteredApp"), example),
        )
        .refuses(Dialect::Plain, &[&MANAGERS[..], &[&refusal::KEY_REUSED]].concat())
}

fn rotate() -> Operation {
    let body = Schema::object(vec![
        Member::required("oauth_app_id", Schema::uuid().says("The `id` of the app.")),
        Member::optional(
            "overlap_seconds",
            Schema::integer(0, 604_800).or_else(0).says("For how long the secret so far works, too; at most 7 days."),
        ),
    ]);
    let rotated = Schema::object(vec![
        Member::required("success", Schema::boolean()),
        Member::required("client_secret", secret()),
        Member::required("client_secret_last4", last4()),
        Member::required("warning", Schema::text()),
    ]);
    let example = r#"{"client_secret":"routix_8071b9224e40cf0afc283c46cc8dbe5cc8acc064","client_secret_last4":"c064","success":true,"warning":"Store the client_secret securely. It will not be shown again."}"#;
    Operation::new("rotate_oauth_secret", (Method::Post, "/functions/v1/rotate-oauth-secret"), "Rotate a secret")
        .says("The secret so far is refused everywhere before this answers, unless it is to overlap.")
        .by(Access::User)
        .body(
            JSON,
            body,
            &[("at_once", r#"{"oauth_app_id":"ed3ccaba-2339-522a-abce-e6d3d4baa060","overlap_seconds":0}"#)],
        )
        .answers(Answer::new(200, "The new secret.").with(&[Header::CacheControl]).json(rotated, example))
        .refuses(Dialect::Plain, &[&MANAGERS[..], &[&refusal::NO_SECRET, &refusal::NO_APP]].concat())
}

fn list_apps() -> Operation {
    let example = r#"{"allowed_branch_ids":[],"allowed_scopes":["routix:accounts:read"],"client_id":"c8353003-e11f-4820-8142-953737f11b35","client_secret_last4":"c064","client_type":"confidential","created_at":"2026-11-22T16:50:12.199705Z","created_by":null,"description":"Syncs accounts and orders from Routix to our ERP","homepage_url":"https://myerp.example","id":"ed3ccaba-2339-522a-abce-e6d3d4baa060","last_used_at":"2026-11-22T16:50:31.868466Z","name":"My ERP Sync","organization_id":"57574334-28f7-55c3-8630-a56ef105603b","redirect_uris":["http://127.0.0.1:8976/callback"],"refresh_authentication":"when_rotated","sequence":1,"status":"active","token_lifetime":"1h","updated_at":"2026-11-22T16:50:12.200358Z"}"#;
    table("list_oauth_apps", "oauth_apps", "List apps")
        .says("The apps of the organizations that you manage. A secret is never among the columns.")
        .takes(tables::parameters(&app_columns()))
        .answers(tables::rows("The apps.", "App", example))
        .refuses(Dialect::Table, &[&tables::READS[..], &[&refusal::FORBIDDEN]].concat())
}

fn change_app() -> Operation {
    let example = r#"{"id":"ed3ccaba-2339-522a-abce-e6d3d4baa060","name":"My ERP Sync","status":"revoked"}"#;
    let refused = [
        &refusal::FIELDS,
        &refusal::FORBIDDEN,
        &refusal::OTHERS_CHANGED,
        &refusal::PAYLOAD_TOO_LARGE,
        &refusal::UNSUPPORTED_MEDIA_TYPE,
        &refusal::NOT_IN_EFFECT,
        &refusal::UNAVAILABLE,
    ];
    let mut operation = table("change_oauth_app", "oauth_apps", "Change, revoke or reactivate an app");
    operation.method = Method::Patch;
    operation
        .says(
            "The filters choose one app; without one, or with several apps that match, nothing changes. Revoking stops new \
             tokens; with `revoke_tokens` it cuts off those that are out.",
        )
        .takes(tables::changes(&app_columns(), APP))
        .body(
            JSON,
            Schema::named("AppChange"),
            &[("revoke", r#"{"status":"revoked","revoke_tokens":true}"#), ("rename", r#"{"name":"Our ERP"}"#)],
        )
        .answers(tables::rows("With `Prefer: return=representation`: the app as it is now.", "App", example))
        .answers(Answer::new(204, "It is done, or no app matches."))
        .refuses(Dialect::Table, &[&tables::READS[..], &refused[..]].concat())
}

const CONSENT: &str = r#"{"app_name":"My ERP Sync","client_id":"c8353003-e11f-4820-8142-953737f11b35","created_at":"2026-11-22T17:02:12.199705Z","id":"0d8f7c0e-0f5e-5a43-9d0b-5f1e6a2a9c11","oauth_app_id":"ed3ccaba-2339-522a-abce-e6d3d4baa060","organization_id":"57574334-28f7-55c3-8630-a56ef105603b","scopes":["routix:accounts:read"],"updated_at":"2026-11-22T17:02:12.199705Z","user_id":"4ea1a598-1ea9-5eb2-9df1-f595f7be93d0"}"#;

fn list_consents() -> Operation {
    table("list_oauth_client_authorizations", "oauth_client_authorizations", "List consents")
        .says("Your own, and those in the organizations that you manage. One that was withdrawn is not there any more.")
        .takes(tables::parameters(&consent_columns()))
        .answers(tables::rows("The consents.", "Consent", CONSENT))
        .refuses(Dialect::Table, &tables::READS)
}

fn withdraw_consent() -> Operation {
    let refused = [&refusal::OTHERS_CHANGED, &refusal::NO_CONSENT, &refusal::NOT_IN_EFFECT, &refusal::UNAVAILABLE];
    let mut operation =
        table("withdraw_oauth_client_authorization", "oauth_client_authorizations", "Withdraw a consent");
    operation.method = Method::Delete;
    operation
        .says("Ends it with every token that it gave. The filters choose one; without any, or with several that match, nothing happens.")
        .takes(tables::changes(&consent_columns(), "0d8f7c0e-0f5e-5a43-9d0b-5f1e6a2a9c11"))
        .answers(tables::rows("With `Prefer: return=representation`: what was withdrawn.", "Consent", CONSENT))
        .answers(Answer::new(204, "It is done, or no consent matches."))
        .refuses(Dialect::Table, &[&tables::READS[..], &refused[..]].concat())
}

fn list_organizations() -> Operation {
    let example = r#"{"created_at":"2026-11-22T16:50:10.676225Z","id":"57574334-28f7-55c3-8630-a56ef105603b","name":"Van den Berg Transport","role":"owner"}"#;
    table("list_organizations", "organizations", "List your organizations")
        .takes(tables::parameters(&organization_columns()))
        .answers(tables::rows("The organizations.", "Organization", example))
        .refuses(Dialect::Table, &tables::READS)
}

fn list_branches() -> Operation {
    let example = r#"{"created_at":"2026-11-22T16:50:10.986586Z","id":"2516fbe1-d9e6-575c-ba16-6501ec9065a4","name":"Rotterdam","organization_id":"57574334-28f7-55c3-8630-a56ef105603b","public_id":"RS2RDH3B","status":"open"}"#;
    table("list_branches", "branches", "List branches")
        .says("Those of your organizations that you may see. `public_id` is what paths of the API name.")
        .takes(tables::parameters(&branch_columns()))
        .answers(tables::rows("The branches.", "Branch", example))
        .refuses(Dialect::Table, &tables::READS)
}

fn secret() -> Schema {
    Schema::pattern("^routix_[0-9a-f]{40}$").says("Shown here and never again.")
}

fn last4() -> Schema {
    Schema::pattern("^[0-9a-f]{4}$")
}

fn scopes() -> Schema {
    Schema::list(Schema::text())
}

fn client_type() -> Schema {
    Schema::one_of(["confidential", "public"])
}

fn refresh_authentication() -> Schema {
    Schema::one_of(["when_rotated", "always"])
        .says("Whether a refresh needs the secret only when it was rotated since, or always.")
}

fn lifetime() -> Schema {
    let says = "How long an access token lives: a number and `m` or `h`, up to an hour, or `1d`, `20y`, `unlimited`.";
    Schema::pattern("^(([1-9]|[1-5][0-9]|60)m|1h|1d|20y|unlimited)$").says(says)
}

/// The members of an app that a registration and the table both show.
fn shown() -> Vec<(&'static str, Schema)> {
    let branches =
        Schema::list(Schema::uuid()).says("The branches to which it is limited; empty for none, so for all.");
    vec![
        ("id", Schema::uuid()),
        ("organization_id", Schema::uuid()),
        ("name", Schema::text()),
        ("description", Schema::text().nullable()),
        ("homepage_url", Schema::text().nullable()),
        ("client_id", Schema::uuid()),
        ("client_type", client_type()),
        ("client_secret_last4", last4().nullable().says("Of the current secret; a public client has none.")),
        ("redirect_uris", Schema::list(Schema::text())),
        ("allowed_scopes", scopes()),
        ("allowed_branch_ids", branches),
        ("token_lifetime", lifetime()),
        ("refresh_authentication", refresh_authentication()),
        ("status", Schema::one_of(["active", "revoked"])),
        ("created_at", Schema::time()),
    ]
}

fn app_columns() -> Vec<(&'static str, Schema)> {
    let mut columns = shown();
    columns.extend([
        ("created_by", Schema::uuid().nullable().says("The person who registered it.")),
        ("updated_at", Schema::time()),
        ("last_used_at", Schema::time().nullable().says("When it last got a token, within a minute.")),
        ("sequence", Schema::integer(1, i64::MAX).says("The newest event of the app.")),
    ]);
    columns
}

fn consent_columns() -> Vec<(&'static str, Schema)> {
    vec![
        ("id", Schema::uuid()),
        ("user_id", Schema::uuid()),
        ("oauth_app_id", Schema::uuid()),
        ("client_id", Schema::uuid().nullable()),
        ("app_name", Schema::text().nullable()),
        ("organization_id", Schema::uuid()),
        ("scopes", scopes()),
        ("created_at", Schema::time()),
        ("updated_at", Schema::time()),
    ]
}

fn organization_columns() -> Vec<(&'static str, Schema)> {
    vec![("id", Schema::uuid()), ("name", Schema::text()), ("role", role()), ("created_at", Schema::time())]
}

fn branch_columns() -> Vec<(&'static str, Schema)> {
    vec![
        ("id", Schema::uuid()),
        ("organization_id", Schema::uuid()),
        ("public_id", Schema::pattern("^[A-Z0-9]{8}$")),
        ("name", Schema::text()),
        ("status", Schema::one_of(["open", "closed"])),
        ("created_at", Schema::time()),
    ]
}

/// What may be said of an app. Each needs a line of its own here and in `app_fields`.
fn said() -> Vec<(&'static str, Schema)> {
    let or_empty = |schema: Schema| Schema::any_of(vec![schema, Schema::one_of([""])]);
    let uris = Schema::list_of(Schema::bounded(1, 2_000), 1, 50).says(
        "Absolute, without fragment and user: https, http on a loopback address, or a reverse-domain scheme of a public client.",
    );
    let scopes = Schema::list_of(Schema::named("Scope"), 1, 1_000).says("What it may be granted at most.");
    vec![
        ("name", line(100).says("What people see.")),
        ("description", or_null(or_empty(line(1_000))).says("What it is for; empty or null for nothing.")),
        (
            "homepage_url",
            or_null(or_empty(Schema::pattern("^https://[^\\s\"\\\\]+$"))).says("An https URL that people see."),
        ),
        ("redirect_uris", uris),
        ("allowed_scopes", scopes),
        (
            "allowed_branch_ids",
            Schema::list(Schema::uuid()).nullable().says("Open branches of the organization; empty or null for all."),
        ),
        ("token_lifetime", lifetime().nullable()),
        ("refresh_authentication", refresh_authentication().nullable()),
    ]
}

/// That schema, or null.
fn or_null(mut schema: Schema) -> Schema {
    if let Kind::AnyOf(schemas) = &mut schema.kind {
        schemas.push(Schema::new(Kind::Null));
        return schema;
    }
    schema.nullable()
}

fn optional(columns: Vec<(&'static str, Schema)>) -> Vec<Member> {
    columns.into_iter().map(|(name, schema)| Member::optional(name, schema)).collect()
}

pub(super) fn schemas(scopes: &[(String, String)]) -> Vec<(String, Schema)> {
    let names: Vec<&str> = scopes.iter().map(|(scope, _)| scope.as_str()).collect();
    let mut new = optional(said());
    for member in &mut new {
        member.is_required = matches!(member.name.as_str(), "name" | "redirect_uris" | "allowed_scopes");
    }
    new.push(Member::optional("client_type", client_type().nullable().says("Left out: `confidential`.")));
    let organization = Schema::uuid().says("Needed by who manages several.");
    new.push(Member::optional("organization_id", organization));
    let mut registered: Vec<Member> =
        shown().into_iter().map(|(name, schema)| Member::required(name, schema)).collect();
    registered.push(Member::optional("client_secret", secret()));
    let registered = vec![
        Member::required("success", Schema::boolean()),
        Member::required("app", Schema::object(registered)),
        Member::required("warning", Schema::text()),
    ];
    let (mut change, mut cut_off) = (optional(said()), optional(said()));
    change.push(Member::optional("status", Schema::one_of(["active", "revoked"])));
    cut_off.push(Member::required("status", Schema::one_of(["revoked"])));
    cut_off.push(Member::required("revoke_tokens", Schema::boolean().says("Cuts off the tokens that are out.")));
    let row = |columns| Schema::object(optional(columns));
    let named = |name: &str, schema: Schema| (name.to_owned(), schema);
    vec![
        named("Scope", Schema::one_of(names).says("What an app may do.")),
        named("NewApp", Schema::object(new)),
        named("RegisteredApp", Schema::object(registered)),
        named("AppChange", Schema::any_of(vec![Schema::named("AppEdit"), Schema::named("AppCutOff")])),
        named("AppEdit", Schema::object(change).says("What is to be different.")),
        named("AppCutOff", Schema::object(cut_off).says("Revoked, and whether tokens that are out end, too.")),
        named("App", row(app_columns()).says("An app. `select` chooses among its members.")),
        named("Consent", row(consent_columns()).says("What a person lets an app do in an organization.")),
        named("Organization", row(organization_columns())),
        named("Branch", row(branch_columns())),
    ]
}
