//! F6: the disk is full. What writes is answered 503, what reads goes on, and once there is room nobody has to help.

use std::process::Command;

use routix_test_postgres::Scratch;

use super::client::{App, Client};
use super::site::{BRANCH, OWNER, PASSWORD, Site};
use crate::running::Server;
use crate::support::until;

/// No file may be longer than this, which all databases are.
const FULL: &str = "--fsize=4096:";
const ROOM: &str = "--fsize=unlimited:";

/// What PostgreSQL says on a full volume, said by a trigger of each table: a volume of a size needs the rights of root.
const FILL: &str = "CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT schemaname, tablename FROM pg_tables
            WHERE schemaname IN ('events', 'identity', 'read', 'tms') LOOP
            EXECUTE format('CREATE TRIGGER no_room BEFORE INSERT OR UPDATE OR DELETE ON %I.%I
                FOR EACH STATEMENT EXECUTE FUNCTION public.no_room()', found.schemaname, found.tablename);
        END LOOP; END $$";
const EMPTY: &str = "DROP FUNCTION public.no_room() CASCADE";

/// A limit of a running process.
fn limit(server: &Server, limit: &str) {
    let set = Command::new("prlimit").arg(format!("--pid={}", server.id())).arg(limit).status().unwrap();
    assert!(set.success(), "prlimit {limit}");
}

/// What nobody can do without room, and what everybody can.
async fn is_full(owner: &Client, app: &App, token: &str) {
    for round in 0..5 {
        let company = format!("full-{round}");
        let writes =
            [owner.register(&company).await, owner.rotate(app).await, owner.create(token, (BRANCH, &company)).await];
        for answer in writes {
            assert!(!answer.is_done(), "{answer:?}");
        }
        owner.list(token, BRANCH).await.done();
        owner.token(app).await.done();
        assert_eq!(owner.look("/healthz").await.status, 200);
    }
}

async fn has_room_again(site: &Site, owner: &Client, (app, token): (&App, &str), server: Server) {
    until("apps are registered", async || owner.register("full-1").await.is_done()).await;
    assert_eq!(owner.apps_named("full-1").await.len(), 1);
    assert_eq!(owner.apps_named("full-2").await.len(), 0);
    owner.create(token, (BRANCH, "full-1")).await.done();
    assert_eq!(owner.accounts_named(token, (BRANCH, "full-1")).await, 1);
    assert_eq!(owner.accounts_named(token, (BRANCH, "full-2")).await, 0);
    let rotated = owner.rotate(app).await.done();
    owner.token(&App { secret: rotated.at("/client_secret"), ..app.clone() }).await.done();
    until("the server is ready", async || owner.look("/readyz").await.status == 200).await;
    let ran = server.stop();
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    site.verify();
}

async fn start(server: &Server) -> (Client, App, String) {
    let owner = Client::signed_in(&server.host, OWNER, PASSWORD).await;
    let app = owner.registered("Reading").await;
    let token = owner.token(&app).await.done().at("/access_token");
    owner.create(&token, (BRANCH, "before")).await.done();
    (owner, app, token)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f6_without_room_writes_are_refused_and_reads_go_on_on_sqlite() {
    let site = Site::new(None);
    // A write past the limit is an error then, and does not end the process.
    let server = Server::start(site.serving_after("trap '' XFSZ"));
    let (owner, app, token) = start(&server).await;
    limit(&server, FULL);
    is_full(&owner, &app, &token).await;
    limit(&server, ROOM);
    has_room_again(&site, &owner, (&app, &token), server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f6_without_room_writes_are_refused_and_reads_go_on_on_postgresql() {
    let scratch = Scratch::new();
    let site = Site::new(Some(scratch.url()));
    let server = site.serve();
    let (owner, app, token) = start(&server).await;
    scratch.sql(FILL);
    is_full(&owner, &app, &token).await;
    scratch.sql(EMPTY);
    has_room_again(&site, &owner, (&app, &token), server).await;
}
