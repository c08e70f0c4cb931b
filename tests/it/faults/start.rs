//! The program is started on a day on which the database is away.

use super::house::House;
use super::link::Mode;
use crate::running::run;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_finds_no_database_says_so_in_one_sentence_and_ends() {
    let house = House::new().await;
    house.link.set(Mode::Hole);
    let silent = run(house.serving(), "").refusal();
    house.link.set(Mode::Open);
    let mut command = house.serving();
    command.env("ROUTIX_DATABASE_URL", "postgres://routix:the-password@127.0.0.1:1/routix");
    let refused = run(command, "").refusal();
    for refusal in [silent, refused] {
        assert!(refusal.contains("postgres://127.0.0.1/"), "it names what it cannot use: {refusal}");
        assert!(!refusal.contains("the-password"), "{refusal}");
    }
    house.serve().stop();
}
